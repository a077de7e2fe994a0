"""Work for later: a job is a plain function, enqueued in the transaction that needs it done."""

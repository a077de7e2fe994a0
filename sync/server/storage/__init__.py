"""Where verified files lie: a folder of this machine, or an S3 server; one port, two doors."""

"""Recovery words: shown once, proved, typed on the next device."""

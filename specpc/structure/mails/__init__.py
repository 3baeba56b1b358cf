"""E-mails, threads and mailboxes."""

"""The desk: where the poller takes what people want done, checks it against who they are, and keeps the audit."""

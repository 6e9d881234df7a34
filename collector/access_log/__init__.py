"""Access logs of web servers, from bytes to page views. Nothing here knows the store."""

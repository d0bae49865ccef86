"""The outgoing side: what is sent, signed how, to which addresses, over which transport, and when again."""

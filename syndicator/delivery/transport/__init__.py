"""Clients that send requests to endpoints: one protocol, two implementations (curl, requests)."""

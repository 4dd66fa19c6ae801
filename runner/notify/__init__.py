"""The outbox: results on their way to gateways."""

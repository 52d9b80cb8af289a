"""What is true without a screen: types, store, poller, recorder, adapters and the floor's rules."""

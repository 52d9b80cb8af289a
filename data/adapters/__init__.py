"""Where the floor comes from: each adapter turns one telephony system's words into observations."""

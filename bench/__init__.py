"""What Floorwalk costs, measured: bytes, time, processor and memory, each with its goal and an anchor beside it."""

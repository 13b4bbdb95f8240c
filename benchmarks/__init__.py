"""The figures: `python -m benchmarks NAME`."""

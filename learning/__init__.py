"""What is known about a student: pure maths over plain values."""

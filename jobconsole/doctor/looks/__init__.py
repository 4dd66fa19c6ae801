"""What the probe looks at. Each look tells facts; what fails is a fact too."""

"""The model: network, weights, device, probabilities and the model file."""

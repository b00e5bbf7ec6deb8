"""Start-up and wiring: settings, TensorFlow-free import, in-process actions, training and serving."""

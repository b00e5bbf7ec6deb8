"""Several processes of the assistant behind nginx on one machine: started, watched, replaced without a break."""

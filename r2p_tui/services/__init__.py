"""One function a use case; what every face calls; nothing here prints or draws."""

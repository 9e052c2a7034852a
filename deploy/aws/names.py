"""The name that begins those of all stacks and resources. Programs without CDK read it too."""

PROJECT = "orders"

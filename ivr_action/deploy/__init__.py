"""From flows in files to flows on the platform: plan, save, verify, restore.

Everything comes in as arguments: nothing here reads the environment, a file or Git, and nothing is printed.
"""

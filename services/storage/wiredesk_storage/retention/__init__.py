"""Retention: what is older than the operator wants to keep is deleted, some at a time, beside the writing.

`statements` says what may go, `pruning` deletes it in short transactions, `sweeping` does so for as long as the process
lives.
"""

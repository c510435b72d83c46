"""Pure answers to the questions that checks ask; no engine reads a file or knows another."""

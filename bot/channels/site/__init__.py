"""The pages that the server shows: the widget's script, its pages, and the questions and answers as plain HTML."""

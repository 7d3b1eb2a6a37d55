"""From a file to a flow: documents with places, three formats, one graph."""

"""The reading screen: pages, tools, notes. Only `ui` opens it, through `reader_view.ReaderView`."""

"""`Séance`: one sitting, its agenda and its documents."""

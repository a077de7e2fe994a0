"""Who signs a dossier: statements by the assembly's key, its endorsement and its handing over."""

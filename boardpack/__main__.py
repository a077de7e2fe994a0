"""`python -m boardpack`, and the frozen program."""

import multiprocessing

if __name__ == "__main__":
    # The frozen program starts its PDF worker by this same door: it must go no further.
    multiprocessing.freeze_support()
    from boardpack.cli.main import main

    main()

"""A probe of the GPU that goes wrong as ``FAKE_DRIVER`` says."""

import os
import signal
import sys
import time

match os.environ["FAKE_DRIVER"]:
    case "hangs":
        time.sleep(1000)
    case "crashes":
        os.kill(os.getpid(), signal.SIGSEGV)
    case "fails":
        sys.exit("driver: cannot allocate a context")
    case "chatters":
        print("WARNING: something about NVLink")
        print('{"device": "NVIDIA Test"}')
    case "says":
        print('{"problem": "--backend cuda: the driver sees no NVIDIA GPU"}')

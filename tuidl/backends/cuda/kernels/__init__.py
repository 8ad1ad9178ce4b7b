"""What the GPU runs for each instruction; a file holds what the file of that name in
``tuidl.kernels`` has for the CPU.

Every file of this folder is imported: a new one needs no list.
"""

from tuidl.backends.cuda.registry import CUDA_KERNELS
from tuidl.core.discovery import modules_of

modules_of(__name__, __path__)

__all__ = ["CUDA_KERNELS"]

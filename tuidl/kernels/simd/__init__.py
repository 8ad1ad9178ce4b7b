"""Vector code that LLVM does not make of plain loops: products, transforms, pooling, sums."""

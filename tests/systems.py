"""Presets with several networks, outputs and objectives, for tests."""

TWO_HEADS = """
name = "Class and box"
predicts = "shape"
[data]
source = "boxes"
validation = 0.25
[[networks]]
name = "trunk"
[[networks.layers]]
type = "conv2d"
filters = 4
kernel_size = 3
activation = "tanh"
[[networks.layers]]
type = "flatten"
[[networks]]
name = "class_head"
[[networks.layers]]
type = "dense"
activation = "softmax"
[[networks]]
name = "box_head"
[[networks.layers]]
type = "dense"
units = 8
activation = "tanh"
[[networks.layers]]
type = "dense"
[[outputs]]
name = "features"
network = "trunk"
[[outputs]]
name = "shape"
network = "class_head"
inputs = ["features"]
[[outputs]]
name = "box"
network = "box_head"
inputs = ["features"]
[[objectives]]
name = "both"
optimizer = { type = "adam", learning_rate = 0.01 }
[[objectives.losses]]
output = "shape"
target = "shape"
metrics = ["accuracy", "confusion_matrix"]
loss = { type = "cross_entropy" }
[[objectives.losses]]
output = "box"
target = "box"
weight = 3.0
metrics = ["mae"]
loss = { type = "mse" }
[training]
epochs = 4
batch_size = 16
"""

GAN = """
name = "GAN in one dimension"
predicts = "fake"
[data]
source = "bumps"
validation = 0.25
[[inputs]]
name = "z"
noise = "normal"
shape = [2]
[[networks]]
name = "generator"
inputs = ["z"]
[[networks.layers]]
type = "dense"
units = 6
activation = "tanh"
[[networks.layers]]
type = "dense"
units = 1
[[networks]]
name = "discriminator"
[[networks.layers]]
type = "dense"
units = 6
activation = "tanh"
[[networks.layers]]
type = "dense"
units = 1
[[outputs]]
name = "fake"
network = "generator"
inputs = ["z"]
[[outputs]]
name = "on_real"
network = "discriminator"
inputs = ["input"]
[[outputs]]
name = "on_fake"
network = "discriminator"
inputs = ["fake"]
[[objectives]]
name = "discriminator"
trains = ["discriminator"]
steps = 2
optimizer = { type = "adam", learning_rate = 0.02 }
[[objectives.losses]]
output = "on_real"
target = 1.0
loss = { type = "binary_cross_entropy" }
[[objectives.losses]]
output = "on_fake"
target = 0.0
loss = { type = "binary_cross_entropy" }
[[objectives]]
name = "generator"
trains = ["generator"]
optimizer = { type = "sgd", learning_rate = 0.05, momentum = 0.9 }
[[objectives.losses]]
output = "on_fake"
target = 1.0
name = "fooling"
loss = { type = "binary_cross_entropy" }
[training]
epochs = 4
batch_size = 16
"""

PER_STEP = """
name = "A class for each step"
[data]
source = "steps"
validation = 0.25
[[networks]]
name = "reader"
[[networks.layers]]
type = "gru"
units = 5
return_sequences = true
[[networks.layers]]
type = "dense"
activation = "softmax"
[[outputs]]
name = "sign"
network = "reader"
[[objectives]]
name = "reading"
optimizer = { type = "adam", learning_rate = 0.02 }
[[objectives.losses]]
output = "sign"
target = "sign"
mask = "mask"
metrics = ["accuracy", "f1"]
loss = { type = "cross_entropy", class_weights = { above = 2.5 } }
[training]
epochs = 4
batch_size = 16
"""

VAE = """
name = "Digits from two numbers"
predicts = "reconstruction"
[data]
source = "digits"
targets = "inputs"
validation = 0.25
[[networks]]
name = "encoder"
[[networks.layers]]
type = "flatten"
[[networks.layers]]
type = "dense"
units = 6
activation = "tanh"
[[networks.layers]]
type = "dense"
units = 4
[[networks]]
name = "sampler"
[[networks.layers]]
type = "sample_normal"
[[networks]]
name = "decoder"
[[networks.layers]]
type = "dense"
units = 6
activation = "tanh"
[[networks.layers]]
type = "dense"
units = 64
activation = "sigmoid"
[[networks.layers]]
type = "reshape"
shape = [8, 8, 1]
[[outputs]]
name = "code"
network = "encoder"
[[outputs]]
name = "sample"
network = "sampler"
inputs = ["code"]
[[outputs]]
name = "reconstruction"
network = "decoder"
inputs = ["sample"]
[[objectives]]
name = "elbo"
optimizer = { type = "adam", learning_rate = 0.01 }
[[objectives.losses]]
output = "reconstruction"
metrics = ["mae"]
loss = { type = "binary_cross_entropy", reduction = "sum" }
[[objectives.losses]]
output = "code"
weight = 0.5
name = "kl"
loss = { type = "kl_divergence" }
[training]
epochs = 2
batch_size = 16
"""

DIFFUSION = """
name = "Diffusion in the plane"
predicts = "answer"
[data]
source = "point_cloud"
points = 120
validation = 0.25
[[inputs]]
name = "noise"
noise = "normal"
shape = [2]
[[inputs]]
name = "step"
noise = "step"
steps = 12
shape = [1]
[[networks]]
name = "forward"
inputs = ["point", "noise", "step"]
[[networks.layers]]
type = "diffuse"
inputs = ["point", "noise", "step"]
[[networks]]
name = "denoiser"
inputs = ["noisy", "step"]
[[networks.layers]]
type = "sine_encoding"
name = "time"
inputs = ["step"]
units = 6
scale = 10
[[networks.layers]]
type = "concatenate"
inputs = ["noisy", "time"]
[[networks.layers]]
type = "dense"
units = 6
activation = "tanh"
[[networks.layers]]
type = "dense"
[[outputs]]
name = "noisy"
network = "forward"
inputs = ["input", "noise", "step"]
[[outputs]]
name = "predicted"
network = "denoiser"
inputs = ["noisy", "step"]
[[outputs]]
name = "answer"
network = "denoiser"
inputs = ["noise", "step"]
[[objectives]]
name = "denoising"
optimizer = { type = "adam", learning_rate = 0.01 }
[[objectives.losses]]
output = "predicted"
target = "noise"
loss = { type = "mse" }
[training]
epochs = 4
batch_size = 16
"""

CLUSTERS = """
name = "Clusters of a code"
predicts = "distances"
[data]
source = "digits"
targets = "inputs"
validation = 0.25
[[networks]]
name = "encoder"
[[networks.layers]]
type = "flatten"
[[networks.layers]]
type = "dense"
units = 4
activation = "tanh"
[[networks]]
name = "decoder"
[[networks.layers]]
type = "dense"
units = 64
[[networks.layers]]
type = "reshape"
shape = [8, 8, 1]
[[networks]]
name = "clusters"
[[networks.layers]]
type = "centers"
count = 5
redrawn_after = 1
[[outputs]]
name = "code"
network = "encoder"
[[outputs]]
name = "reconstruction"
network = "decoder"
inputs = ["code"]
[[outputs]]
name = "distances"
network = "clusters"
inputs = ["code"]
[[objectives]]
name = "grouping"
optimizer = { type = "adam", learning_rate = 0.01 }
[[objectives.losses]]
output = "reconstruction"
loss = { type = "mse" }
[[objectives.losses]]
output = "distances"
weight = 0.5
name = "clusters"
loss = { type = "k_means" }
[training]
epochs = 2
batch_size = 16
"""

SYSTEMS = {
    "two_heads": TWO_HEADS,
    "gan": GAN,
    "per_step": PER_STEP,
    "vae": VAE,
    "diffusion": DIFFUSION,
    "clusters": CLUSTERS,
}
"""All of them by name."""

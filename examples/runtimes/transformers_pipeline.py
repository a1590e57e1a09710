"""What a photo shows, by the folder of `chiquito export RUN --to huggingface --out FOLDER`: a label and its probability, or "neither".

    pip install transformers==5.24.0 torch onnxruntime==1.32.0 pillow==13.0.0
    python transformers_pipeline.py FOLDER PHOTO
"""
import sys

from PIL import Image
from transformers import pipeline

folder, file = sys.argv[1:]
# What is trusted is the code in the folder: it makes photos small as in training, and asks onnx/model.onnx.
classify = pipeline('image-classification', model=folder, trust_remote_code=True)
model = classify.model

# A pipeline knows nothing of "neither": its model does.
answer = model(**classify.image_processor(Image.open(file), return_tensors='pt'))
probabilities = answer.logits[0].softmax(-1)
threshold = model.config.threshold

best = int(probabilities.argmax())
is_neither = threshold is not None and answer.known[0] < threshold
print('neither' if is_neither else f'{model.config.id2label[best]} {probabilities[best]:.4f}')

import { type ModelMetadata, thresholdIn } from '../../run/index.js'

/**
 * `config.json`, which transformers and transformers.js read first. The type is one that transformers.js knows: it opens no other;
 * transformers takes the classes that `auto_map` names.
 */
export function configOf(metadata: ModelMetadata): object {
  const { labels, view } = metadata
  return {
    architectures: ['ChiquitoForImageClassification'],
    model_type: 'efficientnet',
    auto_map: {
      AutoConfig: 'configuration_chiquito.ChiquitoConfig',
      AutoModelForImageClassification: 'modeling_chiquito.ChiquitoForImageClassification',
    },
    id2label: Object.fromEntries(labels.map((label, k) => [String(k), label])),
    label2id: Object.fromEntries(labels.map((label, k) => [label, k])),
    problem_type: 'single_label_classification',
    image_size: view.size,
    num_channels: 3,
    view,
    threshold: thresholdIn(metadata) ?? null,
    // In browsers it would look for a file of 8 bits else.
    'transformers.js_config': { dtype: 'fp32' },
  }
}

/**
 * `preprocessor_config.json`. transformers.js leaves photos as they are, as the graph resizes; transformers takes the class that
 * `auto_map` names, so that photos of several sizes fit one batch.
 */
export function preprocessorOf({ view }: ModelMetadata): object {
  return {
    image_processor_type: 'ViTImageProcessor',
    auto_map: { AutoImageProcessor: 'image_processing_chiquito.ChiquitoImageProcessor' },
    do_convert_rgb: true,
    do_resize: false,
    do_rescale: false,
    do_normalize: false,
    view,
  }
}

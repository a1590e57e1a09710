//! What a photo shows, by tract, without any library of C: a label and its probability, or "neither".
//!
//!     cargo run --release -- model.onnx PHOTO
use image::{imageops, imageops::FilterType::Triangle, DynamicImage, ImageDecoder, ImageReader, Rgb, RgbImage};
use serde_json::Value;
use tract_onnx::prelude::*;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let [path, file] = std::env::args().skip(1).collect::<Vec<_>>().try_into().map_err(|_| "MODEL PHOTO")?;
    let proto = onnx().proto_model_for_path(&path)?;
    let fact = |name: &str| -> Value {
        let entry = proto.metadata_props.iter().find(|one| one.key == format!("chiquito.{name}"));
        entry.and_then(|one| serde_json::from_str(&one.value).ok()).unwrap_or_default()
    };
    let (labels, view, threshold) = (fact("labels"), fact("view"), fact("abstention")["threshold"].as_f64());
    let size = view["size"].as_u64().ok_or("no size")? as u32;

    let mut decoder = ImageReader::open(file)?.with_guessed_format()?.into_decoder()?;
    // Cameras lay photos down and say so in a mark.
    let mark = decoder.orientation()?;
    let mut photo = DynamicImage::from_decoder(decoder)?;
    photo.apply_orientation(mark);
    let pixels = view_of(photo.to_rgb8(), size, view["resize"].as_str().ok_or("no rule")?);

    // A batch fixed at 1 is four times faster than an open one.
    let shape = [1, size as usize, size as usize, 3];
    let names = if threshold.is_some() { vec!["probabilities", "known"] } else { vec!["probabilities"] };
    let model = onnx()
        .model_for_path(path)?
        .with_input_fact(0, u8::fact(shape).into())?
        .with_outputs_by_name(names)?
        .into_optimized()?
        .into_runnable()?;
    let answer = model.run(tvec!(Tensor::from_shape(&shape, &pixels)?.into()))?;
    let probabilities: Vec<f32> = answer[0].to_plain_array_view::<f32>()?.iter().copied().collect();
    let known = if threshold.is_some() { answer[1].to_plain_array_view::<f32>()?[[0]].into() } else { 1.0 };
    if threshold.is_some_and(|threshold| known < threshold) {
        println!("neither");
        return Ok(());
    }
    let best = (0..probabilities.len()).max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b])).unwrap();
    println!("{} {:.4}", labels[best].as_str().ok_or("no label")?, probabilities[best]);
    Ok(())
}

/// The square of pixels that the model reads. Triangle widens as it shrinks.
fn view_of(photo: RgbImage, size: u32, resize: &str) -> RgbImage {
    let (width, height) = photo.dimensions();
    match resize {
        "crop" => {
            let side = width.min(height);
            let square = imageops::crop_imm(&photo, (width - side) / 2, (height - side) / 2, side, side).to_image();
            imageops::resize(&square, size, size, Triangle)
        }
        "pad" => {
            let scale = size as f64 / width.max(height) as f64;
            let [wide, high] = [width, height].map(|length| (length as f64 * scale).round().max(1.0) as u32);
            let mut canvas = RgbImage::from_pixel(size, size, Rgb([124, 116, 104]));
            let small = imageops::resize(&photo, wide, high, Triangle);
            imageops::replace(&mut canvas, &small, ((size - wide) / 2).into(), ((size - high) / 2).into());
            canvas
        }
        _ => imageops::resize(&photo, size, size, Triangle),
    }
}

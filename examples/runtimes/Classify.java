import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import com.google.gson.Gson;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.File;
import java.nio.ByteBuffer;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * What a photo shows, by onnxruntime: a label and its probability, or "neither". ImageIO reads JPEG, PNG and GIF, and does not turn photos
 * that a camera laid down: for those, a library that knows their marks.
 *
 * <pre>
 * mvn dependency:copy -DoutputDirectory=lib -Dartifact=com.microsoft.onnxruntime:onnxruntime:1.26.0
 * mvn dependency:copy -DoutputDirectory=lib -Dartifact=com.google.code.gson:gson:2.11.0
 * java -cp 'lib/*' Classify.java model.onnx PHOTO
 * </pre>
 */
class Classify {
  record View(int size, String resize) {}

  record Abstention(Float threshold) {}

  public static void main(String[] args) throws Exception {
    var environment = OrtEnvironment.getEnvironment();
    try (var session = environment.createSession(args[0])) {
      var facts = session.getMetadata().getCustomMetadata();
      var json = new Gson();
      var labels = json.fromJson(facts.get("chiquito.labels"), String[].class);
      var view = json.fromJson(facts.get("chiquito.view"), View.class);
      var threshold = json.fromJson(facts.getOrDefault("chiquito.abstention", "{}"), Abstention.class).threshold();

      var pixels = bytesOf(viewOf(ImageIO.read(new File(args[1])), view));
      // A ByteBuffer with UINT8: nested byte arrays would become int8.
      long[] shape = {1, view.size(), view.size(), 3};
      try (var input = OnnxTensor.createTensor(environment, pixels, shape, OnnxJavaType.UINT8);
          var answer = session.run(Map.of("pixels", input))) {
        var probabilities = ((float[][]) answer.get("probabilities").get().getValue())[0];
        var isNeither = threshold != null && ((float[]) answer.get("known").get().getValue())[0] < threshold;
        int best = 0;
        for (int i = 1; i < probabilities.length; i++) if (probabilities[i] > probabilities[best]) best = i;
        System.out.println(isNeither ? "neither" : String.format("%s %.4f", labels[best], probabilities[best]));
      }
    }
  }

  /** The square of pixels that the model reads. SCALE_AREA_AVERAGING takes each pixel by its share. */
  static BufferedImage viewOf(BufferedImage photo, View view) {
    int width = photo.getWidth(), height = photo.getHeight(), size = view.size();
    var canvas = new BufferedImage(size, size, BufferedImage.TYPE_INT_RGB);
    var draw = canvas.createGraphics();
    if (view.resize().equals("pad")) {
      double scale = (double) size / Math.max(width, height);
      int wide = (int) Math.max(1, Math.round(width * scale)), high = (int) Math.max(1, Math.round(height * scale));
      draw.setColor(new java.awt.Color(124, 116, 104));
      draw.fillRect(0, 0, size, size);
      var small = photo.getScaledInstance(wide, high, Image.SCALE_AREA_AVERAGING);
      draw.drawImage(small, (size - wide) / 2, (size - high) / 2, null);
      return canvas;
    }
    if (view.resize().equals("crop")) {
      int side = Math.min(width, height);
      photo = photo.getSubimage((width - side) / 2, (height - side) / 2, side, side);
    }
    draw.drawImage(photo.getScaledInstance(size, size, Image.SCALE_AREA_AVERAGING), 0, 0, null);
    return canvas;
  }

  /** Red, green, blue, a byte each. */
  static ByteBuffer bytesOf(BufferedImage view) {
    var bytes = ByteBuffer.allocateDirect(view.getWidth() * view.getHeight() * 3);
    for (int pixel : view.getRGB(0, 0, view.getWidth(), view.getHeight(), null, 0, view.getWidth()))
      bytes.put((byte) (pixel >> 16)).put((byte) (pixel >> 8)).put((byte) pixel);
    return bytes.rewind();
  }
}

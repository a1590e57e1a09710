// What a photo shows, by onnxruntime: a label and its probability, or "neither". Photos are not turned as a camera's mark says: for
// those, a package that reads EXIF.
//
//	ONNXRUNTIME=libonnxruntime.so go run . model.onnx PHOTO
//
// The shared library is in a release of onnxruntime, 1.24 or later, and in npm's onnxruntime-node: bin/napi-v6/linux/x64/libonnxruntime.so.1.
// Needs a C compiler.
package main

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	_ "image/jpeg"
	_ "image/png"
	"log"
	"os"

	ort "github.com/yalue/onnxruntime_go"
	"golang.org/x/image/draw"
)

type view struct {
	Size   int
	Resize string
}

func main() {
	log.SetFlags(0)
	path, file := os.Args[1], os.Args[2]
	ort.SetSharedLibraryPath(os.Getenv("ONNXRUNTIME"))
	check(ort.InitializeEnvironment())

	metadata, err := ort.GetModelMetadata(path)
	check(err)
	var labels []string
	var rule view
	var abstention struct{ Threshold *float32 }
	fact(metadata, "labels", &labels)
	fact(metadata, "view", &rule)
	fact(metadata, "abstention", &abstention)
	names := []string{"probabilities"}
	if abstention.Threshold != nil {
		names = append(names, "known")
	}

	size := int64(rule.Size)
	pixels, err := ort.NewTensor(ort.NewShape(1, size, size, 3), viewOf(open(file), rule))
	check(err)
	session, err := ort.NewDynamicAdvancedSession(path, []string{"pixels"}, names, nil)
	check(err)
	answer := make([]ort.Value, len(names))
	check(session.Run([]ort.Value{pixels}, answer))
	probabilities := answer[0].(*ort.Tensor[float32]).GetData()
	if abstention.Threshold != nil && answer[1].(*ort.Tensor[float32]).GetData()[0] < *abstention.Threshold {
		fmt.Println("neither")
		return
	}

	best := 0
	for i, probability := range probabilities {
		if probability > probabilities[best] {
			best = i
		}
	}
	fmt.Printf("%s %.4f\n", labels[best], probabilities[best])
}

// The square of pixels that the model reads, [size, size, 3]. BiLinear widens its filter as it shrinks; ApproxBiLinear does not.
func viewOf(photo image.Image, rule view) []byte {
	canvas := image.NewRGBA(image.Rect(0, 0, rule.Size, rule.Size))
	from, to := photo.Bounds(), canvas.Bounds()
	width, height := from.Dx(), from.Dy()
	switch rule.Resize {
	case "crop":
		side := min(width, height)
		from = image.Rect(0, 0, side, side).Add(from.Min).Add(image.Pt((width-side)/2, (height-side)/2))
	case "pad":
		draw.Draw(canvas, to, image.NewUniform(color.RGBA{124, 116, 104, 255}), image.Point{}, draw.Src)
		scale := float64(rule.Size) / float64(max(width, height))
		wide, high := max(1, int(float64(width)*scale+0.5)), max(1, int(float64(height)*scale+0.5))
		to = image.Rect(0, 0, wide, high).Add(image.Pt((rule.Size-wide)/2, (rule.Size-high)/2))
	}
	draw.BiLinear.Scale(canvas, to, photo, from, draw.Src, nil)
	bytes := make([]byte, 0, rule.Size*rule.Size*3)
	for i := 0; i < len(canvas.Pix); i += 4 {
		bytes = append(bytes, canvas.Pix[i:i+3]...)
	}
	return bytes
}

func fact(metadata *ort.ModelMetadata, name string, into any) {
	text, present, err := metadata.LookupCustomMetadataMap("chiquito." + name)
	check(err)
	if present {
		check(json.Unmarshal([]byte(text), into))
	}
}

func open(name string) image.Image {
	file, err := os.Open(name)
	check(err)
	defer file.Close()
	photo, _, err := image.Decode(file)
	check(err)
	return photo
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

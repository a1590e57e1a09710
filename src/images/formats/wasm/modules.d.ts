// The parts of two WebAssembly builds that are used here; neither brings types of its own that fit.

/** What Node has of it; its types come with those of browsers only. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
    private readonly module
  }
  class Instance {
    constructor(module: Module, imports: object)
    readonly exports: object
  }
  function compile(bytes: Uint8Array): Promise<Module>
}

declare module 'libheif-js/libheif-wasm/libheif.js' {
  import type { ModuleOptions } from './instance.js'

  /** Whatever a C++ object is, it is only handed back. */
  type Handle = object

  export interface HeifError {
    readonly code: object
    readonly message: string
  }

  export interface HeifPicture {
    readonly channels: readonly {
      readonly width: number
      readonly height: number
      /** Bytes from row to row. */
      readonly stride: number
      readonly data: Uint8Array
    }[]
  }

  export interface LibHeif {
    readonly heif_error_code: { readonly heif_error_Ok: object }
    readonly heif_colorspace: { readonly heif_colorspace_RGB: object }
    readonly heif_chroma: { readonly heif_chroma_interleaved_RGBA: object }
    heif_context_alloc(): Handle
    heif_context_read_from_memory(context: Handle, bytes: Uint8Array): HeifError
    heif_js_context_get_primary_image_handle(context: Handle): Handle | HeifError
    heif_image_handle_get_width(image: Handle): number
    heif_image_handle_get_height(image: Handle): number
    heif_js_decode_image2(
      image: Handle,
      colorspace: object,
      chroma: object,
    ): HeifPicture | HeifError | Promise<HeifPicture | HeifError>
  }

  export default function libheif(options: ModuleOptions): LibHeif
}

declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  import type { ModuleOptions } from './instance.js'

  export interface J2KDecoder {
    /** Room for so many bytes of the file. */
    getEncodedBuffer(length: number): Uint8Array
    decode(): void
    getDecodedBuffer(): Uint8Array
    getFrameInfo(): {
      readonly width: number
      readonly height: number
      readonly bitsPerSample: number
      readonly componentCount: number
      readonly isSigned: boolean
    }
    /** OpenJPEG's number: 1 sRGB, 2 grey, 3 YCC, 4 extended YCC, 5 CMYK. */
    getColorSpace(): number
  }

  export interface OpenJpeg {
    readonly J2KDecoder: new () => J2KDecoder
  }

  export default function openjpeg(options: ModuleOptions): Promise<OpenJpeg>
}

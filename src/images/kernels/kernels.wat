;; The inner loops of resizing and warping, 16 bytes at a time. Each gives the bytes of the plain loops beside it, in
;; resize.ts and warp.ts. `npm run -s kernels` assembles it into module.ts.
;;
;; Products are sums of two at a time (i32x4.dot_i16x8_s), so weights come in pairs, 16 bits each; a last one without a
;; partner has a zero beside it. What is read beyond the end of a row meets zeros or is written where nobody looks.
(module
  (memory (export "memory") 1)

  ;; The vertical pass: a weighted sum of input rows in 8.8 fixed point, less 32768 so that it is signed.
  ;; source: first input row; stride: bytes from row to row; length: bytes a row; weights: pairs; pairs: how many;
  ;; row: where `length` 16-bit numbers go, and up to 15 more.
  (func $mixRows (param $source i32) (param $stride i32) (param $length i32) (param $weights i32) (param $pairs i32) (param $row i32)
    (local $end i32) (local $at i32) (local $weight i32) (local $last i32)
    (local $upper v128) (local $lower v128) (local $low v128) (local $high v128) (local $pair v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $source) (local.get $length)))
    (local.set $last (i32.add (local.get $weights) (i32.shl (local.get $pairs) (i32.const 2))))
    (loop $bytes
      ;; 32 is half of 2^6, by which sums are shifted.
      (local.set $a (v128.const i32x4 32 32 32 32))
      (local.set $b (local.get $a))
      (local.set $c (local.get $a))
      (local.set $d (local.get $a))
      (local.set $at (local.get $source))
      (local.set $weight (local.get $weights))
      (loop $rows
        (local.set $pair (v128.load32_splat (local.get $weight)))
        (local.set $upper (v128.load (local.get $at)))
        (local.set $lower (v128.load (i32.add (local.get $at) (local.get $stride))))
        (local.set $low (i8x16.shuffle 0 16 1 17 2 18 3 19 4 20 5 21 6 22 7 23 (local.get $upper) (local.get $lower)))
        (local.set $high (i8x16.shuffle 8 24 9 25 10 26 11 27 12 28 13 29 14 30 15 31 (local.get $upper) (local.get $lower)))
        (local.set $a (i32x4.add (local.get $a) (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_u (local.get $low)) (local.get $pair))))
        (local.set $b (i32x4.add (local.get $b) (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_u (local.get $low)) (local.get $pair))))
        (local.set $c (i32x4.add (local.get $c) (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_u (local.get $high)) (local.get $pair))))
        (local.set $d (i32x4.add (local.get $d) (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_u (local.get $high)) (local.get $pair))))
        (local.set $at (i32.add (local.get $at) (i32.shl (local.get $stride) (i32.const 1))))
        (local.set $weight (i32.add (local.get $weight) (i32.const 4)))
        (br_if $rows (i32.lt_u (local.get $weight) (local.get $last))))
      (v128.store (local.get $row)
        (v128.xor (v128.const i16x8 -32768 -32768 -32768 -32768 -32768 -32768 -32768 -32768)
          (i16x8.narrow_i32x4_u (i32x4.shr_s (local.get $a) (i32.const 6)) (i32x4.shr_s (local.get $b) (i32.const 6)))))
      (v128.store offset=16 (local.get $row)
        (v128.xor (v128.const i16x8 -32768 -32768 -32768 -32768 -32768 -32768 -32768 -32768)
          (i16x8.narrow_i32x4_u (i32x4.shr_s (local.get $c) (i32.const 6)) (i32x4.shr_s (local.get $d) (i32.const 6)))))
      (local.set $row (i32.add (local.get $row) (i32.const 32)))
      (local.set $source (i32.add (local.get $source) (i32.const 16)))
      (br_if $bytes (i32.lt_u (local.get $source) (local.get $end)))))

  ;; The horizontal pass: pixels of three 16-bit numbers to pixels of three bytes.
  ;; table: for each output where its first input lies in `row`, in bytes, and how many pairs of weights it has; weights: all
  ;; pairs, output by output; out: where 3 * count bytes go, and one more.
  (func $mixColumns (param $row i32) (param $table i32) (param $weights i32) (param $count i32) (param $out i32)
    (local $at i32) (local $last i32) (local $end i32) (local $sum v128) (local $pixels v128)
    (local.set $end (i32.add (local.get $table) (i32.shl (local.get $count) (i32.const 3))))
    (loop $outputs
      (local.set $at (i32.add (local.get $row) (i32.load (local.get $table))))
      (local.set $last (i32.add (local.get $weights) (i32.shl (i32.load offset=4 (local.get $table)) (i32.const 2))))
      ;; 2^21 is half of 2^22, by which sums are shifted; 2^29 is what 32768 less in each input takes, as weights sum to 2^14.
      (local.set $sum (v128.const i32x4 538968064 538968064 538968064 538968064))
      (loop $inputs
        (local.set $sum (i32x4.add (local.get $sum) (i32x4.dot_i16x8_s
          (i8x16.shuffle 0 1 6 7 2 3 8 9 4 5 10 11 0 1 6 7 (local.tee $pixels (v128.load (local.get $at))) (local.get $pixels))
          (v128.load32_splat (local.get $weights)))))
        (local.set $at (i32.add (local.get $at) (i32.const 12)))
        (local.set $weights (i32.add (local.get $weights) (i32.const 4)))
        (br_if $inputs (i32.lt_u (local.get $weights) (local.get $last))))
      (local.set $pixels (i32x4.shr_s (local.get $sum) (i32.const 22)))
      (v128.store32_lane 0 (local.get $out)
        (i8x16.shuffle 0 4 8 12 0 4 8 12 0 4 8 12 0 4 8 12 (local.get $pixels) (local.get $pixels)))
      (local.set $out (i32.add (local.get $out) (i32.const 3)))
      (local.set $table (i32.add (local.get $table) (i32.const 8)))
      (br_if $outputs (i32.lt_u (local.get $table) (local.get $end)))))

  ;; Rows of the output, one after the other.
  ;; source: the input row that has number `first`; stride: bytes from row to row, all of which are used; rows, rowWeights: as
  ;; columns, columnWeights, but with the number of the first input row; count: rows of the output; row: room for one row
  ;; of 16-bit numbers.
  (func (export "resize") (param $source i32) (param $first i32) (param $stride i32) (param $rows i32) (param $rowWeights i32) (param $count i32)
    (param $columns i32) (param $columnWeights i32) (param $width i32) (param $row i32) (param $out i32)
    (local $pairs i32)
    (loop $outputs
      (local.set $pairs (i32.load offset=4 (local.get $rows)))
      (call $mixRows
        (i32.add (local.get $source) (i32.mul (local.get $stride) (i32.sub (i32.load (local.get $rows)) (local.get $first))))
        (local.get $stride) (local.get $stride) (local.get $rowWeights) (local.get $pairs) (local.get $row))
      (call $mixColumns (local.get $row) (local.get $columns) (local.get $columnWeights) (local.get $width) (local.get $out))
      (local.set $rowWeights (i32.add (local.get $rowWeights) (i32.shl (local.get $pairs) (i32.const 2))))
      (local.set $rows (i32.add (local.get $rows) (i32.const 8)))
      (local.set $out (i32.add (local.get $out) (i32.mul (local.get $width) (i32.const 3))))
      (br_if $outputs (local.tee $count (i32.sub (local.get $count) (i32.const 1))))))

  ;; A row of a warped picture whose every pixel lies inside the source: pixel u, from `from` to `to`, is read at
  ;; (x + u xu, y + u yu), between the four pixels around. $position and $step hold both.
  (func (export "sample") (param $source i32) (param $stride i32) (param $x f64) (param $y f64) (param $xu f64) (param $yu f64)
    (param $out i32) (param $from i32) (param $to i32)
    (local $position v128) (local $step v128) (local $u v128) (local $at i32) (local $across i32) (local $down i32)
    (local $shares v128) (local $pixels v128)
    (local.set $position (f64x2.replace_lane 1 (f64x2.splat (local.get $x)) (local.get $y)))
    (local.set $step (f64x2.replace_lane 1 (f64x2.splat (local.get $xu)) (local.get $yu)))
    (local.set $u (f64x2.splat (f64.convert_i32_s (local.get $from))))
    (loop $outputs
      ;; In 256ths of a pixel, rounded down. With 2^52 added, the lowest bits of a number are its whole part.
      (local.set $pixels (f64x2.add (v128.const f64x2 4503599627370496 4503599627370496)
        (f64x2.trunc (f64x2.mul (v128.const f64x2 256 256)
          (f64x2.add (local.get $position) (f64x2.mul (local.get $u) (local.get $step)))))))
      (local.set $u (f64x2.add (local.get $u) (v128.const f64x2 1 1)))
      (local.set $across (i32x4.extract_lane 0 (local.get $pixels)))
      (local.set $down (i32x4.extract_lane 2 (local.get $pixels)))
      (local.set $at (i32.add (local.get $source)
        (i32.add (i32.mul (i32.shr_u (local.get $down) (i32.const 8)) (local.get $stride))
          (i32.mul (i32.shr_u (local.get $across) (i32.const 8)) (i32.const 3)))))
      (local.set $down (i32.and (local.get $down) (i32.const 255)))
      ;; A pair of shares: 256 - right in the lower half, right in the upper one.
      (local.set $shares (i32x4.splat (i32.add (i32.const 256)
        (i32.mul (i32.and (local.get $across) (i32.const 255)) (i32.const 65535)))))
      (local.set $pixels
        (i32x4.shr_s
          (i32x4.add (v128.const i32x4 32768 32768 32768 32768)
            (i32x4.add
              (i32x4.mul (i32x4.splat (i32.sub (i32.const 256) (local.get $down)))
                (i32x4.dot_i16x8_s (local.get $shares)
                  (i8x16.shuffle 0 1 6 7 2 3 8 9 4 5 10 11 0 1 6 7
                    (local.tee $pixels (v128.load8x8_u (local.get $at))) (local.get $pixels))))
              (i32x4.mul (i32x4.splat (local.get $down))
                (i32x4.dot_i16x8_s (local.get $shares)
                  (i8x16.shuffle 0 1 6 7 2 3 8 9 4 5 10 11 0 1 6 7
                    (local.tee $pixels (v128.load8x8_u (i32.add (local.get $at) (local.get $stride)))) (local.get $pixels))))))
          (i32.const 16)))
      (v128.store32_lane 0 (local.get $out)
        (i8x16.shuffle 0 4 8 12 0 4 8 12 0 4 8 12 0 4 8 12 (local.get $pixels) (local.get $pixels)))
      (local.set $out (i32.add (local.get $out) (i32.const 3)))
      (br_if $outputs (i32.lt_s (local.tee $from (i32.add (local.get $from) (i32.const 1))) (local.get $to)))))

  ;; Each byte replaced by the one that a table of 256 has for it, four at a time.
  (func (export "replace") (param $at i32) (param $length i32) (param $table i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (loop $bytes
      (i32.store8 (local.get $at) (i32.load8_u (i32.add (local.get $table) (i32.load8_u (local.get $at)))))
      (i32.store8 offset=1 (local.get $at) (i32.load8_u (i32.add (local.get $table) (i32.load8_u offset=1 (local.get $at)))))
      (i32.store8 offset=2 (local.get $at) (i32.load8_u (i32.add (local.get $table) (i32.load8_u offset=2 (local.get $at)))))
      (i32.store8 offset=3 (local.get $at) (i32.load8_u (i32.add (local.get $table) (i32.load8_u offset=3 (local.get $at)))))
      (local.set $at (i32.add (local.get $at) (i32.const 4)))
      (br_if $bytes (i32.lt_u (local.get $at) (local.get $end)))))

  ;; The sum of bytes, 16 at a time.
  (func (export "sum") (param $at i32) (param $length i32) (result i32)
    (local $end i32) (local $sums v128)
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (loop $bytes
      (local.set $sums (i32x4.add (local.get $sums)
        (i32x4.extadd_pairwise_i16x8_u (i16x8.extadd_pairwise_i8x16_u (v128.load (local.get $at))))))
      (local.set $at (i32.add (local.get $at) (i32.const 16)))
      (br_if $bytes (i32.lt_u (local.get $at) (local.get $end))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sums)) (i32x4.extract_lane 1 (local.get $sums)))
      (i32.add (i32x4.extract_lane 2 (local.get $sums)) (i32x4.extract_lane 3 (local.get $sums))))))

"""Tables in the encodings that people's programs write."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from r4t_demo.sources import open_source
from r4t_demo.sources.tables.encodings import CODE_PAGES, detect
from tests.sources.makers import write_files

GERMAN = ["Bezeichnung;Kategorie", "Schürze grün;Küche", "Größe M Möbel;Hüte", "Straßenschuh;Schuhe", "Wäschekorb;Körbe"]
FRENCH = ["titre;catégorie", "Chapeau de paille d’été;chapeaux", "Écharpe rouge à pois;accessoires", "Table en chêne;meubles"]
DANISH = ["titel;kategori", "Stråhat;hatte", "Rødt uldtørklæde;tilbehør", "Sidebord i egetræ;møbler", "Blåt krus;køkken"]
POLISH = ["nazwa;kategoria", "Kapelusz słomkowy;nakrycia głowy", "Mosiężna lampa stołowa;oświetlenie", "Dębowy stolik;meble"]
CZECH = [
    "název;kategorie",
    "Dřevěný stůl;nábytek",
    "Červený klobouk;oblečení",
    "Příliš krátká sukně;oblečení",
    "Kožená taška;doplňky",
]
TURKISH = [
    "ürün adı;kategori",
    "Hasır şapka;şapkalar",
    "Kırmızı yün atkı;aksesuar",
    "Pirinç masa lambası;aydınlatma",
    "Meşe sehpa;ev",
]
RUSSIAN = ["название;категория", "Соломенная шляпа;шляпы", "Красный шарф;одежда", "Синяя кружка;кухня"]
GREEK = ["τίτλος;κατηγορία", "Ψάθινο καπέλο;καπέλα", "Κόκκινο κασκόλ;ρούχα", "Μπλε κούπα;κουζίνα"]
HEBREW = ["שם;קטגוריה", "כובע קש;כובעים", "צעיף אדום;ביגוד", "ספל כחול;מטבח"]
ARABIC = ["العنوان;الفئة", "قبعة من القش;قبعات", "وشاح أحمر;ملابس"]
THAI = ["ชื่อ;หมวดหมู่", "หมวกฟาง;หมวก", "ผ้าพันคอสีแดง;เสื้อผ้า"]
JAPANESE = ["商品名;カテゴリー", "麦わら帽子;帽子", "赤いウールのスカーフ;衣類", "青いマグカップ;キッチン用品"]
CHINESE = ["商品名称;类别", "草帽;帽子", "红色羊毛围巾;服装", "蓝色杯子;厨房用品"]
TAIWANESE = ["商品名稱;類別", "草帽;帽子", "紅色羊毛圍巾;服裝", "藍色杯子;廚房用品"]
KOREAN = ["상품명;카테고리", "밀짚모자;모자", "빨간 모직 스카프;의류", "파란 머그잔;주방용품"]
WRITTEN = {
    "cp1252": [GERMAN, FRENCH, DANISH], "cp1250": [POLISH, CZECH], "iso8859_2": [POLISH], "cp1254": [TURKISH], "cp850": [GERMAN],
    "mac_roman": [FRENCH], "cp1251": [RUSSIAN], "koi8_r": [RUSSIAN], "cp866": [RUSSIAN], "iso8859_5": [RUSSIAN],
    "cp1253": [GREEK], "cp1255": [HEBREW], "cp1256": [ARABIC], "cp874": [THAI], "cp932": [JAPANESE], "euc_jp": [JAPANESE],
    "iso2022_jp": [JAPANESE],
    "gb18030": [CHINESE], "big5": [TAIWANESE], "cp949": [KOREAN],
}  # fmt: skip
WIDE = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
LANGUAGES = [GERMAN, FRENCH, DANISH, POLISH, TURKISH, RUSSIAN, GREEK, HEBREW, ARABIC, THAI, JAPANESE, CHINESE, TAIWANESE, KOREAN]


def read_back(data: bytes) -> str:
    encoding, _ = detect(io.BytesIO(data))
    return data.decode(encoding).removeprefix("\ufeff")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(("encoding", "lines"), [(page, lines) for page, tables in WRITTEN.items() for lines in tables])
def test_a_code_page_is_told_by_a_few_lines(encoding: str, lines: list[str], end: str) -> None:
    text = "".join(line + end for line in lines)
    assert read_back(text.encode(encoding)) == text
    english = "".join(f"plain hat {number};home{end}" for number in range(200))
    assert read_back((text + english).encode(encoding)) == text + english


@pytest.mark.parametrize("encoding", WIDE)
@pytest.mark.parametrize("lines", LANGUAGES, ids=lambda lines: lines[0])
def test_unicode_needs_no_mark(encoding: str, lines: list[str]) -> None:
    text = "".join(line + "\n" for line in lines)
    assert read_back(text.encode(encoding)) == text


def test_signs_of_windows_are_no_letters_of_older_pages() -> None:
    for text in ("Women’s tee – summer;20€\n", "red “retro” lamp;home\n", "blue lamp;30€\n" * 9, "été été\n"):
        assert read_back(text.encode("cp1252")) == text


@pytest.mark.parametrize("encoding", ["cp1251", "cp932", "utf-16-le"])
def test_the_report_names_the_encoding(tmp_path: Path, encoding: str) -> None:
    table = "".join(f"{line}\n" for line in (JAPANESE if encoding == "cp932" else RUSSIAN))
    source = open_source(str(write_files(tmp_path, {"shop.csv": table.encode(encoding)}) / "shop.csv"))
    name = {"cp1251": "CP1251", "cp932": "Shift-JIS", "utf-16-le": "UTF-16-LE"}[encoding]
    assert [note for note in source.notes if "read as" in note and name in note] == source.notes[1:]
    assert [record.title for record in source.records()] == [line.split(";")[0] for line in table.splitlines()[1:]]


@given(st.sampled_from(LANGUAGES), st.lists(st.integers(0x80, 0xBF), min_size=1, max_size=3), st.data())
def test_a_stray_byte_costs_one_letter(lines: list[str], strays: list[int], data: st.DataObject) -> None:
    whole = [f"{line}\n".encode() for line in lines * 4]
    for stray in strays:
        row = data.draw(st.integers(0, len(whole) - 1))
        whole[row] = whole[row][:-1] + bytes([stray]) + b"\n"
    encoding, note = detect(io.BytesIO(b"".join(whole)))
    assert encoding == "utf-8" and "no UTF-8" in note
    for line, read in zip(lines * 4, b"".join(whole).decode("utf-8", "replace").splitlines(), strict=True):
        assert read.rstrip("\ufffd") == line


@given(st.one_of(st.binary(max_size=300), st.text(max_size=60).map(lambda text: text.encode("utf-16-le", "replace"))))
def test_any_bytes_have_an_encoding(data: bytes) -> None:
    encoding, _ = detect(io.BytesIO(data))
    assert isinstance(data.decode(encoding, "replace"), str), "never an encoding that Python does not know"


@given(st.sampled_from(CODE_PAGES), st.text(max_size=80))
def test_any_text_in_any_code_page_is_read(page: str, text: str) -> None:
    encoding, _ = detect(io.BytesIO(f"title\n{text}\n".encode(page, "ignore")))
    assert f"title\n{text}\n".encode(page, "ignore").decode(encoding, "replace")

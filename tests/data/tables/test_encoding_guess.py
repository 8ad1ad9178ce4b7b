"""Which encoding is advised for a text that is no UTF-8: one that reads it as it was written."""

from pathlib import Path
from random import Random

import pytest

from tests.data.tables.test_leftovers import read
from tuidl.core.errors import DataError
from tuidl.data.tables.encoding_guess import guessed

TEXTS = {
    "nom,ville\nHélène Dupré,Orléans\nFrançois,Besançon\n": ["cp1252", "mac-roman", "cp850"],
    "Name;Größe\nMüller;Köln\nJürgen Groß;Düsseldorf\n": ["cp1252", "mac-roman", "cp850", "cp437"],
    "ciudad,año\nMálaga,1999\nA Coruña,2001\n": ["cp1252", "mac-roman", "cp850"],
    "by,y\nÆrø,1\nKøbenhavn,2\nÅrhus,3\n": ["cp1252", "latin-1", "mac-roman", "cp850"],
    "text\nit’s “fine” – ok\n": ["cp1252", "mac-roman"],
    "price,note\n€5,a\n£7,b\n": ["cp1252"],
    "a,b\n1,caf\u00e9\n": ["cp1252", "mac-roman", "cp850"],
    "имя,город\nИван Петров,Москва\nОльга,Санкт-Петербург\n": ["cp1251", "koi8-r"],
    "名前,都市\n田中太郎,東京\n佐藤はなこ,大阪\nこれはテストです。,京都\n": ["shift-jis", "euc-jp"],
    "都市,y\n東京,1\n大阪,2\n京都,3\n": ["shift-jis"],
    "東京都千代田区永田町一丁目\n大阪府大阪市北区中之島\n": ["shift-jis", "euc-jp"],
    "氏名,都市,職業\n山田太郎,東京,会社員\n高橋美咲,福岡,学生\n": ["shift-jis", "euc-jp"],
    "商品番号,商品名,価格,在庫\n一,鉛筆,百円,有\n": ["shift-jis", "euc-jp"],
    "経済産業省は昨日新政策発表\n": ["shift-jis", "euc-jp"],
    "機械学習入門,請求書,御中,金額\n": ["shift-jis", "euc-jp"],
    "国立大学法人筑波大学附属図書館\n": ["shift-jis", "euc-jp"],
    "数据分析与机器学习\n广东省深圳市南山区\n": ["gb18030"],
    "商品,价格,数量\n苹果,五元,十个\n": ["gb18030"],
    "機器學習與資料分析\n新北市板橋區縣民大道\n": ["big5"],
    "날짜,기온\n경기도 성남시 분당구,12\n": ["euc-kr"],
    "姓名,城市\n王小明,北京\n李华,上海市\n张伟,广州\n": ["gb18030"],
    "姓名,城市\n王小明,臺北\n李華,高雄市\n張偉,臺中\n": ["big5"],
    "이름,도시\n김철수,서울\n이영희,부산\n": ["euc-kr"],
    "imię,miasto\nŁukasz,Łódź\nZbigniew Żółć,Kraków\n": ["cp1250", "iso-8859-2"],
    "jméno,město\nJiří Dvořák,Plzeň\nŽaneta,Děčín\n": ["cp1250", "iso-8859-2"],
    "isim,şehir\nAyşe Yılmaz,İstanbul\nMehmet Çağlar,Diyarbakır\n": ["cp1254"],
    "όνομα,πόλη\nΓιώργος,Αθήνα\nΜαρία,Θεσσαλονίκη\n": ["cp1253"],
}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(text, encoding) for text, encodings in TEXTS.items() for encoding in encodings],
)
def test_the_advised_encoding_reads_the_text_as_it_was_written(text: str, encoding: str) -> None:
    guess = guessed(text.encode(encoding))
    assert guess is not None
    assert text.encode(encoding).decode(guess.encoding) == text
    assert guess.text in text
    assert not guess.text.isascii()


def test_the_whole_file_can_be_read_by_the_advised_encoding() -> None:
    data = "Müller;Köln\n".encode("cp1252") * 10_000
    assert guessed(data) == ("cp1252", "Müller", ())
    strange = data + b"\x81;\x8d\n"  # nothing in cp1252
    guess = guessed(strange)
    assert guess is not None
    assert guess.encoding == "latin-1"
    strange.decode(guess.encoding)


def test_the_error_shows_what_the_guess_makes_of_the_first_such_word(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"line 2: not UTF-8 \(byte 3\).*'koi8-r' \(a guess: it "):
        read(tmp_path, "a,b\n1,Москва\n2,Тула\n".encode("koi8-r"))


def test_nothing_is_advised_where_nothing_reads_it_well(tmp_path: Path) -> None:
    assert guessed(Random(0).randbytes(5000)) is None
    with pytest.raises(DataError, match="none of those that it takes reads it well"):
        read(tmp_path, b"a,b\n1," + bytes(range(255, 127, -1)) * 9)


def test_of_few_letters_two_readings_are_said(tmp_path: Path) -> None:
    """Four characters are words of several languages: which is meant, the user knows."""
    with pytest.raises(DataError, match=r"'cp1253' \(a guess: .*; 'euc-jp' reads '渡辺直美'\)"):
        read(tmp_path, "a,b\n1,渡辺直美\n".encode("euc-jp"))
    guess = guessed(("東京都千代田区永田町,大阪府\n" * 9).encode("euc-jp"))
    assert guess == ("euc-jp", "東京都千代田区永田町", ())

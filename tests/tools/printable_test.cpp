#include "tools/paddock/printable.hpp"

#include <string>

#include <gtest/gtest.h>

namespace paddock::tool {
namespace {

TEST(Printable, LeavesTextAlone) {
    EXPECT_EQ(printable("plain text, 100 %"), "plain text, 100 %");
    EXPECT_EQ(printable("Grüße, 日本, 🐎"), "Grüße, 日本, 🐎");
    EXPECT_EQ(printable(""), "");
}

TEST(Printable, EscapesControlCharacters) {
    EXPECT_EQ(printable("\x1b[2J\x07"), "\\x1b[2J\\x07");
    EXPECT_EQ(printable("a\nb\tc\r"), "a\\x0ab\\x09c\\x0d");
    EXPECT_EQ(printable(std::string("\0", 1)), "\\x00");
    EXPECT_EQ(printable("\x7f"), "\\x7f");
    EXPECT_EQ(printable("\xc2\x9b"), "\\u009b");  // CSI as one character
}

TEST(Printable, EscapesWhatReordersOrHidesText) {
    EXPECT_EQ(printable("a\xe2\x80\xae"
                        "b"),
              "a\\u202eb");
    EXPECT_EQ(printable("\xe2\x80\xa8"), "\\u2028");
    EXPECT_EQ(printable("\xef\xbb\xbf"), "\\ufeff");
    EXPECT_EQ(printable("\xf3\xa0\x81\x81"), "\\udb40\\udc41");
}

TEST(Printable, IsUnambiguous) { EXPECT_EQ(printable("\\x1b"), "\\\\x1b"); }

TEST(Printable, EscapesBytesThatAreNotUtf8) {
    EXPECT_EQ(printable("\xff"), "\\xff");
    EXPECT_EQ(printable("\xc0\x80"), "\\xc0\\x80");                    // overlong
    EXPECT_EQ(printable("\xe0\x80\xaf"), "\\xe0\\x80\\xaf");           // overlong
    EXPECT_EQ(printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // surrogate
    EXPECT_EQ(printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
    EXPECT_EQ(printable("\xe6\x97"), "\\xe6\\x97");                    // cut off
}

TEST(PrintableJson, EscapesInsideStringsOnly) {
    EXPECT_EQ(printable_json(R"({"a":"x\ny"})"), R"({"a":"x\ny"})");
    EXPECT_EQ(printable_json("{\"a\":\"\x7f\xc2\x9b\"}"), R"({"a":"\u007f\u009b"})");
}

TEST(ValidUtf8, ReplacesBadBytes) {
    EXPECT_EQ(valid_utf8("a\xff\x80z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
    EXPECT_EQ(valid_utf8("日本"), "日本");
}

TEST(Shortened, CountsCharactersNotBytes) {
    EXPECT_EQ(text_width("日本x"), 3u);
    EXPECT_EQ(shortened("日本x", 3), "日本x");
    EXPECT_EQ(shortened("日本xy", 2), "日本...");
    EXPECT_EQ(shortened("", 0), "");
}

}  // namespace
}  // namespace paddock::tool

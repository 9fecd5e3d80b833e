using System.Buffers;
using System.Numerics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Replication.Core.Indexes;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Indexes;

public sealed class IndexKeyTests
{
    private static readonly Gen<string> Numbers =
        from sign in Gen.Elements("", "-")
        from whole in Gen.Elements("0", "1", "9", "10", "12", "120", "99", "9007199254740993", "9007199254740992", "123456789012345678901234567890")
        from fraction in Gen.Elements("", ".0", ".5", ".50", ".05", ".500000000000000000001")
        from exponent in Gen.Elements("", "e0", "E+2", "e-2", "e20", "e-20")
        select sign + whole + fraction + exponent;

    private static readonly Gen<string> Strings =
        Gen.Elements("", "\0", "\0\0", "a", "a\0", "a\0b", "ab", "b", "\u0001", "ÿ", "日本", "𝄞", "\uFFFD", new string('x', 1023), new string('x', 1024)).Two()
            .Select(pair => pair.Item1.Length + pair.Item2.Length > IndexKey.MaxStringBytes / 4 ? pair.Item1 : pair.Item1 + pair.Item2);

    private static readonly Gen<IndexValue> Values = Gen.OneOf(
        Gen.Constant(IndexValue.Null), Gen.Elements(IndexValue.Of(true), IndexValue.Of(false)), Numbers.Select(IndexValue.Number), Strings.Select(IndexValue.Of));

    [Fact]
    public void The_order_of_the_bytes_is_the_order_of_the_values() => Properties.ForAll(
        Values.Two(),
        pair => Assert.Equal(Math.Sign(Compare(pair.Item1, pair.Item2)), Math.Sign(Bytes(pair.Item1).AsSpan().SequenceCompareTo(Bytes(pair.Item2)))));

    [Fact]
    public void The_order_of_numbers_is_exact() => Properties.ForAll(
        Numbers.Two(),
        pair => Assert.Equal(CompareNumbers(pair.Item1, pair.Item2), Math.Sign(Bytes(IndexValue.Number(pair.Item1)).AsSpan().SequenceCompareTo(Bytes(IndexValue.Number(pair.Item2))))));

    [Fact]
    public void An_entry_can_be_taken_apart_whatever_its_key_is() => Properties.ForAll(
        from value in Values from key in Properties.Bytes(20) select (value, key),
        pair =>
        {
            var value = Bytes(pair.value);
            Assert.Equal(value.Length, IndexKey.LengthIn([.. value, .. pair.key]));
        });

    [Fact]
    public void An_entry_whose_bytes_changed_in_memory_is_taken_apart_somehow() => Properties.ForAll(
        from value in Values from at in Gen.Choose(0, 10_000) from bit in Gen.Choose(0, 7) from cut in Gen.Choose(0, 10_000) select (value, at, bit, cut),
        changed =>
        {
            byte[] entry = [.. Bytes(changed.value), .. "key"u8];
            entry[changed.at % entry.Length] ^= (byte)(1 << changed.bit);

            Assert.InRange(IndexKey.LengthIn(entry), 1, entry.Length);
            var rest = entry[..(1 + (changed.cut % entry.Length))];
            Assert.InRange(IndexKey.LengthIn(rest), 1, rest.Length);
        });

    [Theory]
    [InlineData("1", "1.0")]
    [InlineData("1", "10e-1")]
    [InlineData("0", "-0.000e7")]
    [InlineData("0.001", "1E-3")]
    [InlineData("120", "1.2e2")]
    [InlineData("1e999999999999", "1e888888888888")]
    public void Numbers_that_are_the_same_have_the_same_bytes(string left, string right)
    {
        Assert.Equal(Bytes(IndexValue.Number(left)), Bytes(IndexValue.Number(right)));
    }

    [Fact]
    public void Integers_that_doubles_confuse_are_told_apart() =>
        Assert.NotEqual(Bytes(IndexValue.Of(9_007_199_254_740_992)), Bytes(IndexValue.Of(9_007_199_254_740_993)));

    [Fact]
    public void Long_strings_are_bounded_told_apart_and_stand_behind_their_beginning()
    {
        var beginning = new string('x', IndexKey.MaxStringBytes);
        byte[][] keys = [Bytes(IndexValue.Of(beginning)), Bytes(IndexValue.Of(beginning + "a")), Bytes(IndexValue.Of(beginning + "b")), Bytes(IndexValue.Of(beginning[1..] + "y"))];

        Assert.Equal(4, keys.Select(Convert.ToHexString).Distinct().Count());
        Assert.All(keys[1..3], key => Assert.True(keys[0].AsSpan().SequenceCompareTo(key) < 0 && key.AsSpan().SequenceCompareTo(keys[3]) < 0));
        Assert.InRange(Bytes(IndexValue.Of(new string('\0', 100_000))).Length, 1, (2 * IndexKey.MaxStringBytes) + 64);
        Assert.InRange(Bytes(IndexValue.Number(new string('7', 1024))).Length, 1, NumberKey.MaxDigits);
    }

    private static byte[] Bytes(IndexValue value)
    {
        var writer = new ArrayBufferWriter<byte>();
        value.Write(writer);
        return writer.WrittenSpan.ToArray();
    }

    private static int Compare(IndexValue left, IndexValue right)
    {
        if (left.Kind != right.Kind) return left.Kind.CompareTo(right.Kind);
        return left.Kind switch
        {
            IndexValueKind.Number => CompareNumbers(left.Text, right.Text),
            IndexValueKind.Text => Encoding.UTF8.GetBytes(left.Text).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(right.Text)),
            IndexValueKind.Bool => bool.Parse(left.Text).CompareTo(bool.Parse(right.Text)),
            _ => 0,
        };
    }

    private static int CompareNumbers(string left, string right)
    {
        var ((leftDigits, leftPower), (rightDigits, rightPower)) = (Parse(left), Parse(right));
        var least = Math.Min(leftPower, rightPower);
        return (leftDigits * BigInteger.Pow(10, leftPower - least)).CompareTo(rightDigits * BigInteger.Pow(10, rightPower - least));
    }

    private static (BigInteger Digits, int Power) Parse(string text)
    {
        var parts = text.ToLowerInvariant().Split('e');
        var point = parts[0].IndexOf('.', StringComparison.Ordinal);
        var digits = BigInteger.Parse(parts[0].Replace(".", string.Empty, StringComparison.Ordinal), System.Globalization.CultureInfo.InvariantCulture);
        var power = parts.Length > 1 ? int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture) : 0;
        return (digits, point < 0 ? power : power - (parts[0].Length - point - 1));
    }
}

using System.Globalization;
using Google.Protobuf;
using Replication.Core.Payloads;

namespace Replication.Core.Tests.Payloads;

public sealed class PayloadReaderTests
{
    public static TheoryData<ulong> Numbers()
    {
        var powers = Enumerable.Range(0, 64).Select(bits => 1UL << bits);
        return [.. powers.Concat(powers.Select(power => power - 1)).Append(ulong.MaxValue).Distinct()];
    }

    [Theory]
    [MemberData(nameof(Numbers))]
    public void A_number_has_the_size_and_the_bytes_that_protobuf_gives_it(ulong value)
    {
        Assert.Equal(CodedOutputStream.ComputeUInt64Size(value), PayloadWriter.SizeOfVarint(value));
        Assert.Equal(value == 0 ? 0 : 1 + CodedOutputStream.ComputeUInt64Size(value), PayloadWriter.SizeOfNumber(value));
        var bytes = new byte[PayloadWriter.SizeOfNumber(value)];
        new PayloadWriter(bytes).Number(3, value);
        if (value == 0) return;

        var reader = new PayloadReader(bytes);
        Assert.True(reader.Next());
        Assert.Equal((3, value), (reader.Field, reader.Number));
        Assert.False(reader.Next());
        var theirs = new CodedInputStream(bytes);
        Assert.Equal(WireFormat.MakeTag(3, WireFormat.WireType.Varint), theirs.ReadTag());
        Assert.Equal(value, theirs.ReadUInt64());
    }

    [Fact]
    public void Fields_of_every_encoding_come_in_order_with_their_places()
    {
        var bytes = Convert.FromHexString("08" + "96010000"[..4] + "12" + "03" + "616263" + "19" + "0807060504030201" + "25" + "04030201" + "920100");

        var reader = new PayloadReader(bytes);

        Assert.True(reader.Next());
        Assert.Equal((1, 150UL), (reader.Field, reader.Number));
        Assert.True(reader.Next());
        Assert.Equal((2, "abc", 5), (reader.Field, System.Text.Encoding.ASCII.GetString(reader.Bytes), reader.BytesOffset));
        Assert.True(reader.Next());
        Assert.Equal((3, 0x0102030405060708UL), (reader.Field, reader.Number));
        Assert.True(reader.Next());
        Assert.Equal((4, 0x01020304UL), (reader.Field, reader.Number));
        Assert.True(reader.Next());
        Assert.Equal((18, 0), (reader.Field, reader.Bytes.Length));
        Assert.False(reader.Next());
        Assert.False(reader.Next());
    }

    [Theory]
    [InlineData("00", "no number")]
    [InlineData("0f00", "encoding that is not used")]
    [InlineData("0b", "encoding that is not used")]
    [InlineData("0c", "encoding that is not used")]
    [InlineData("0e", "encoding that is not used")]
    [InlineData("08", "cut short")]
    [InlineData("0880", "cut short")]
    [InlineData("80", "cut short")]
    [InlineData("08ffffffffffffffffff02", "too many bytes")]
    [InlineData("08ffffffffffffffffffff01", "too many bytes")]
    [InlineData("0901020304050607", "longer than the message")]
    [InlineData("0d010203", "longer than the message")]
    [InlineData("0a", "cut short")]
    [InlineData("0a0261", "longer than the message")]
    [InlineData("0affffffffffffffffff01", "longer than the message")]
    [InlineData("f8ffffffffffffffff01", "no number")]
    public void What_is_no_message_is_told_why(string hex, string why)
    {
        var bytes = Convert.FromHexString(hex);

        var malformed = Assert.Throws<MalformedPayloadException>(() =>
        {
            var reader = new PayloadReader(bytes);
            while (reader.Next())
            {
                // To the end.
            }
        });

        Assert.Contains(why, malformed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Random_bytes_are_read_or_refused()
    {
        var random = new Random(7);
        var (read, refused) = (0, 0);
        for (var round = 0; round < 200_000; round++)
        {
            var bytes = new byte[random.Next(12)];
            random.NextBytes(bytes);
            if (Reads(bytes)) read++;
            else refused++;
        }

        Assert.InRange(read, 1_000, 199_000);
        Assert.InRange(refused, 1_000, 199_000);
    }

    private static bool Reads(byte[] bytes)
    {
        try
        {
            var reader = new PayloadReader(bytes);
            while (reader.Next()) Assert.True(reader.Field > 0, string.Create(CultureInfo.InvariantCulture, $"field {reader.Field}"));
            return true;
        }
        catch (MalformedPayloadException)
        {
            return false;
        }
    }
}

using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Log;

public sealed class MarkTests
{
    private const ulong Salt = 0x1122334455667788;

    [Fact]
    public void A_mark_has_every_field_at_its_place()
    {
        var bytes = new byte[Mark.Size];

        new Mark(0x0A0B, 0x0C).Write(bytes, Salt);

        Assert.Equal("ffffffff", Convert.ToHexStringLower(bytes.AsSpan(0, 4)));
        Assert.Equal(Crc32C.Compute(bytes.AsSpan(8)), BitConverter.ToUInt32(bytes, 4));
        Assert.Equal("8877665544332211" + "0b0a000000000000" + "0c00000000000000", Convert.ToHexStringLower(bytes.AsSpan(8)));
        Assert.True(Mark.TryRead(bytes, Salt, out var mark));
        Assert.Equal(new Mark(0x0A0B, 0x0C), mark);
    }

    [Fact]
    public void A_changed_bit_a_cut_or_another_salt_makes_it_no_mark()
    {
        var bytes = new byte[Mark.Size];
        new Mark(5, 4).Write(bytes, Salt);

        Assert.False(Mark.TryRead(bytes, Salt + 1, out _));
        Assert.False(Mark.TryRead(bytes.AsSpan(0, Mark.Size - 1), Salt, out _));
        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Mark.TryRead(bytes, Salt, out _));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void The_highest_synced_index_is_found_at_whatever_offset_also_behind_zeros_and_false_salts()
    {
        var bytes = new byte[400];
        BitConverter.TryWriteBytes(bytes, Salt);
        new Mark(7, 0).Write(bytes.AsSpan(13), Salt);
        BitConverter.TryWriteBytes(bytes.AsSpan(60), Salt);
        new Mark(3, 0).Write(bytes.AsSpan(301), Salt);
        new Mark(90, 0).Write(bytes.AsSpan(350), Salt + 1);

        Assert.Equal(7, Mark.HighestSynced(bytes, Salt));
        Assert.Equal(3, Mark.HighestSynced(bytes.AsSpan(20), Salt));
        Assert.Equal(-1, Mark.HighestSynced(bytes.AsSpan(302), Salt));
        Assert.Equal(-1, Mark.HighestSynced([], Salt));
    }

    [Fact]
    public void A_segment_header_has_every_field_at_its_place_and_comes_back()
    {
        var header = new SegmentHeader(new HistoryId(0xAB), new LogTail(new LogPosition(new Epoch(2), 9), 0x01020304, 0x55), Salt);
        var bytes = new byte[SegmentHeader.Size];

        header.Write(bytes);

        Assert.Equal("REPLLOG\n"u8, bytes.AsSpan(0, 8));
        Assert.Equal("01000000", Convert.ToHexStringLower(bytes.AsSpan(8, 4)));
        Assert.Equal(Crc32C.Compute([.. bytes[..12], .. bytes[16..]]), BitConverter.ToUInt32(bytes, 12));
        Assert.Equal(
            "ab000000000000000000000000000000" + "0a00000000000000" + "02000000" + "04030201" + "8877665544332211" + "5500000000000000",
            Convert.ToHexStringLower(bytes.AsSpan(16)));
        Assert.Equal(header, SegmentHeader.Read(bytes, "it"));
        Assert.Equal("00000000000000000010.log", header.FileName);
    }

    [Fact]
    public void Every_changed_bit_of_a_segment_header_is_noticed()
    {
        var bytes = new byte[SegmentHeader.Size];
        new SegmentHeader(new HistoryId(1), LogTail.Start, Salt).Write(bytes);

        for (var bit = 0; bit < 8 * bytes.Length; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var read = Record.Exception(() => SegmentHeader.Read(bytes, "it"));
            if (bit / 8 is >= 8 and < 12) Assert.IsType<UnsupportedFormatException>(read);
            else Assert.IsType<LogDamagedException>(read);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Theory]
    [InlineData("00000000000000000001.log", true)]
    [InlineData("99999999999999999999.log", true)]
    [InlineData("0000000000000000001.log", false)]
    [InlineData("0000000000000000000a.log", false)]
    [InlineData("00000000000000000001.LOG", false)]
    [InlineData("00000000000000000001.log.tmp", false)]
    [InlineData(".log", false)]
    public void A_segment_is_known_by_its_name(string name, bool isSegment) => Assert.Equal(isSegment, SegmentHeader.IsSegmentName(name));

    // RFC 3720, appendix B.4.
    [Theory]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", 0x8A9136AAu)]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 0x62A8AB43u)]
    [InlineData("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0x46DD794Eu)]
    [InlineData("1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100", 0x113FDB5Cu)]
    [InlineData("313233343536373839", 0xE3069283u)]
    [InlineData("", 0u)]
    public void The_checksum_is_that_of_RFC_3720(string hex, uint crc) => Assert.Equal(crc, Crc32C.Compute(Convert.FromHexString(hex)));
}

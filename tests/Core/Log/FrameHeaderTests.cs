using Replication.Core.Log;
using Replication.Core.Positions;

namespace Replication.Core.Tests.Log;

public sealed class FrameHeaderTests
{
    private static readonly LogTail Before = new(new LogPosition(new Epoch(3), 1041), 0x11223344, 99);

    [Fact]
    public void A_sealed_frame_has_every_field_at_its_place()
    {
        var frame = new byte[FrameHeader.Size + 2];
        frame[36] = 0xAA;
        frame[37] = 0xBB;

        var header = FrameHeader.Seal(frame, Before, new Epoch(4), EntryKind.EpochStart, 0x0102030405060708);

        Assert.Equal("26000000", Hex(frame, 0, 4));
        Assert.Equal(BitConverter.ToUInt32(frame, 4), header.Crc);
        Assert.Equal("44332211" + "1204000000000000" + "04000000" + "0200" + "0000" + "0807060504030201" + "aabb", Hex(frame, 8, 38));
        Assert.Equal(new FrameHeader(38, header.Crc, 0x11223344, 1042, new Epoch(4), EntryKind.EpochStart, 0, 0x0102030405060708), header);
        Assert.Equal(header, FrameHeader.Read(frame));
        Assert.Equal(new LogPosition(new Epoch(4), 1042), header.Position);
    }

    [Fact]
    public void The_crc_covers_the_length_and_everything_behind_itself()
    {
        var frame = Sealed(10);
        var crc = FrameHeader.ComputeCrc(frame);

        Assert.Equal(crc, Crc32C.Compute([.. frame[..4], .. frame[8..]]));
    }

    [Fact]
    public void Every_flipped_bit_of_a_frame_is_noticed()
    {
        var frame = Sealed(10);
        Assert.Equal(FrameReading.Frame, FrameReader.TryRead(frame, out _));

        for (var bit = 0; bit < 8 * frame.Length; bit++)
        {
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.NotEqual(FrameReading.Frame, FrameReader.TryRead(frame, out _));
            frame[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Every_beginning_of_a_frame_is_incomplete()
    {
        var frame = Sealed(10);

        for (var length = 0; length < frame.Length; length++)
            Assert.Equal(FrameReading.Incomplete, FrameReader.TryRead(frame.AsSpan(0, length), out _));
    }

    [Theory]
    [InlineData(0, FrameReading.End)]
    [InlineData(1, FrameReading.BadLength)]
    [InlineData(35, FrameReading.BadLength)]
    [InlineData(36, FrameReading.BadCrc)]
    [InlineData(100, FrameReading.BadCrc)]
    [InlineData(101, FrameReading.Incomplete)]
    [InlineData(FrameHeader.MaxFrameLength, FrameReading.Incomplete)]
    [InlineData(FrameHeader.MaxFrameLength + 1, FrameReading.BadLength)]
    [InlineData(-1, FrameReading.BadLength)]
    [InlineData(int.MinValue, FrameReading.BadLength)]
    public void A_length_is_judged_before_anything_is_read_by_it(int length, FrameReading reading)
    {
        var bytes = new byte[100];
        BitConverter.TryWriteBytes(bytes, length);

        Assert.Equal(reading, FrameReader.TryRead(bytes, out _));
    }

    [Fact]
    public void A_frame_follows_when_index_link_epoch_and_time_do()
    {
        var header = FrameHeader.Read(Sealed(0));

        Assert.Null(FrameChain.Violation(Before, header));
        Assert.Null(FrameChain.Violation(Before, header with { TimestampMicros = 99 }));
        Assert.Null(FrameChain.Violation(Before, header with { Epoch = new Epoch(4), Kind = EntryKind.EpochStart, TimestampMicros = 1 }));
    }

    [Fact]
    public void A_frame_that_does_not_follow_is_told_why()
    {
        var header = FrameHeader.Read(Sealed(0));

        Assert.Equal("index 1043 stands where 1042 belongs", FrameChain.Violation(Before, header with { Index = 1043 }));
        Assert.Equal("entry 1042 does not link to the entry before it", FrameChain.Violation(Before, header with { PreviousCrc = 1 }));
        Assert.Equal("entry 1042 has epoch 2 behind epoch 3", FrameChain.Violation(Before, header with { Epoch = new Epoch(2) }));
        Assert.Equal("entry 1042 is the first of epoch 4 but no epoch start", FrameChain.Violation(Before, header with { Epoch = new Epoch(4) }));
        Assert.Equal("entry 1042 is older than the entry before it", FrameChain.Violation(Before, header with { TimestampMicros = 98 }));
    }

    private static byte[] Sealed(int payload)
    {
        var frame = new byte[FrameHeader.Size + payload];
        frame.AsSpan(FrameHeader.Size).Fill(0x5A);
        FrameHeader.Seal(frame, Before, new Epoch(3), EntryKind.Transaction, 100);
        return frame;
    }

    private static string Hex(byte[] bytes, int from, int to) => Convert.ToHexStringLower(bytes.AsSpan(from..to));
}

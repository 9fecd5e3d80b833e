using System.Buffers.Binary;
using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

/// <summary>A4: what may stand behind the last whole entry, and what recovery says about it.</summary>
public sealed class LogGarbageTests
{
    private const int SegmentBytes = 4096;

    public static TheoryData<string, string> Garbage() => new()
    {
        { "zero length", "zeros stand there, with something behind them" },
        { "tiny length", "what stands there is no length" },
        { "huge length", "what stands there is no length" },
        { "negative length", "what stands there is no length" },
        { "length beyond the file", "the file ends inside the entry" },
        { "largest length", "the file ends inside the entry" },
        { "bad crc", "the checksum is wrong" },
        { "bad link", "entry 3 does not link to the entry before it" },
        { "stale frame", "index 2 stands where 3 belongs" },
        { "frame from the future", "index 4 stands where 3 belongs" },
        { "older epoch", "entry 3 has epoch 0 behind epoch 1" },
        { "newer epoch", "entry 3 is the first of epoch 2 but no epoch start" },
        { "older timestamp", "entry 3 is older than the entry before it" },
        { "mark of another segment", "what stands there is no length" },
        { "mark that was changed", "what stands there is no length" },
        { "one byte", "the checksum is wrong" },
    };

    [Theory]
    [MemberData(nameof(Garbage))]
    public void A4_Garbage_at_the_end_of_the_log_is_recognised_cut_and_saved(string kind, string reason)
    {
        using var log = TestLog.Create(SegmentBytes);
        log.Append(0, 50);
        var end = SegmentHeader.Size + (int)log.Log.Bytes;
        var garbage = Make(kind, log);
        Overwrite(log.Files, log.LastSegment, end, garbage);
        var before = GC.GetAllocatedBytesForCurrentThread();

        var recovered = TestLog.Open(log.Files, SegmentBytes);

        using var reopened = recovered.Log;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
        Assert.Equal(log.Log.Durable, reopened.Durable);
        Assert.Equal((3L, reason), (recovered.TornTail!.Index, recovered.TornTail.Reason));
        Assert.Equal(garbage.AsSpan().TrimEnd((byte)0).ToArray(), log.Files.Disk.Content(recovered.TornTail.SavedAs));
        Assert.False(log.Files.Disk.Content(log.LastSegment).AsSpan(end).ContainsAnyExcept((byte)0));
        reopened.Append(TestLog.Batch(reopened.Durable, 70), 0);
        using var second = TestLog.Open(log.Files, SegmentBytes).Log;
        Assert.Equal(3, second.Durable.Index);
    }

    [Theory]
    [InlineData(35)]
    [InlineData(5)]
    [InlineData(4)]
    [InlineData(3)]
    [InlineData(1)]
    public void A4_A_header_across_the_end_of_the_file_is_recognised(int room)
    {
        using var log = TestLog.Create(SegmentBytes);
        log.Append(0);
        log.Append(SegmentBytes - SegmentHeader.Size - (int)log.Log.Bytes - Mark.Size - FrameHeader.Size - Math.Max(room, sizeof(int)));
        var end = SegmentHeader.Size + (int)log.Log.Bytes;
        var files = log.Files.AfterPowerLoss(PowerLoss.None);
        Overwrite(files, log.LastSegment, end, Frame(log, epoch: 1, 2_000).AsSpan(0, Math.Min(room, SegmentBytes - end)));

        var recovered = TestLog.Open(files, SegmentBytes);

        using var reopened = recovered.Log;
        Assert.Equal(log.Log.Durable, reopened.Durable);
        Assert.Equal("the file ends inside the entry", recovered.TornTail!.Reason);
        reopened.Append(TestLog.Batch(reopened.Durable, 70), 0);
        Assert.Equal(2, TestLog.SegmentsOf(files).Count);
    }

    private static byte[] Make(string kind, TestLog log)
    {
        var tail = log.Log.Durable;
        var header = SegmentHeader.Read(log.Files.Disk.Content(log.LastSegment), "it");
        switch (kind)
        {
            case "zero length": return [0, 0, 0, 0, 0, 0, 0, 0, 9];
            case "tiny length": return Length(FrameHeader.Size - 1);
            case "huge length": return Length(int.MaxValue);
            case "negative length": return Length(-5);
            case "length beyond the file": return Length(SegmentBytes);
            case "largest length": return Length(FrameHeader.MaxFrameLength);
            case "bad crc": return [.. Frame(log, 1, 2_000)[..^1], 0];
            case "bad link": return Sealed(tail with { Crc = 5 }, 1, 2_000);
            case "stale frame": return log.Frames[1];
            case "frame from the future": return Sealed(tail with { Position = tail.Position with { Index = 3 } }, 1, 2_000);
            case "older epoch": return Sealed(tail, 0, 2_000);
            case "newer epoch": return Sealed(tail, 2, 2_000);
            case "older timestamp": return Sealed(tail, 1, 5);
            case "mark of another segment": return MarkWith(header.Salt + 1);
            case "mark that was changed":
                var mark = MarkWith(header.Salt);
                mark[^1] ^= 1;
                return mark;
            default: return [0xEE];
        }
    }

    private static byte[] Length(int length)
    {
        var bytes = new byte[100];
        bytes.AsSpan().Fill(3);
        BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
        return bytes;
    }

    private static byte[] MarkWith(ulong salt)
    {
        var bytes = new byte[Mark.Size];
        new Mark(1000, 1000).Write(bytes, salt);
        return bytes;
    }

    private static byte[] Frame(TestLog log, uint epoch, long timestamp) => Sealed(log.Log.Durable, epoch, timestamp);

    private static byte[] Sealed(LogTail tail, uint epoch, long timestamp)
    {
        var frame = new byte[FrameHeader.Size + 20];
        frame.AsSpan(FrameHeader.Size).Fill(7);
        FrameHeader.Seal(frame, tail, new Epoch(epoch), EntryKind.Transaction, timestamp);
        return frame;
    }

    private static void Overwrite(MemoryFileSystem files, string path, long offset, ReadOnlySpan<byte> bytes)
    {
        using var file = files.Open(path, FileLabel.Layout);
        file.Write(bytes, offset, FileLabel.Layout);
    }
}

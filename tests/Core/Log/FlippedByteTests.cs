using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.Log;

/// <summary>Every byte of a small log of two segments changed in turn.</summary>
public sealed class FlippedByteTests
{
    private const int SegmentBytes = 700;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_changed_byte_is_refused_or_costs_only_entries_of_whose_sync_there_is_no_evidence(bool idle)
    {
        using var log = TestLog.Create(SegmentBytes);
        log.Append(0, 30);
        log.Append(300);
        log.Append(40, 50);
        log.Append(20, 60);
        log.Append(10, 11);
        if (idle) log.Log.MarkIdle(9);
        Assert.Equal(2, log.Segments.Count);
        var evidence = idle ? 9 : 7;

        var (refused, cut, whole) = (0, 0, 0);
        foreach (var path in log.Segments)
        {
            for (var offset = 0; offset < log.Files.Disk.Content(path).Length; offset++)
            {
                foreach (var change in new byte[] { 0x01, 0x80, 0xFF })
                {
                    var files = log.Files.AfterPowerLoss(PowerLoss.None);
                    Flip(files, path, offset, change);
                    var before = Contents(files);
                    try
                    {
                        using var reopened = TestLog.Open(files, SegmentBytes).Log;
                        Assert.InRange(reopened.Durable.Index, evidence, 9);
                        Assert.Equal(log.Frames.Take((int)reopened.Durable.Index), TestLog.ReadAll(reopened));
                        if (reopened.Durable.Index == 9) whole++;
                        else cut++;
                    }
                    catch (IOException refusal)
                    {
                        Assert.True(refusal is LogDamagedException or UnsupportedFormatException, refusal.ToString());
                        Assert.Equal(before, Contents(files));
                        refused++;
                    }
                }
            }
        }

        Assert.InRange(refused, 2000, 5000);
        Assert.InRange(whole, 100, 3000);
        Assert.Equal(idle, cut == 0);
    }

    [Fact]
    public void Every_length_of_a_log_of_one_segment_opens_or_is_refused()
    {
        using var log = TestLog.Create(SegmentBytes);
        log.Append(0, 30);
        log.Append(200);
        log.Append(40, 50);
        var content = log.Files.Disk.Content(log.LastSegment);

        for (var length = 0; length <= content.Length; length++)
        {
            var files = new MemoryFileSystem();
            TestLog.MakeDirectories(files);
            using (var file = files.Create(log.LastSegment, FileLabel.Layout)) file.Write(content.AsSpan(0, length), 0, FileLabel.Layout);
            var before = Contents(files);
            try
            {
                using var reopened = TestLog.Open(files, SegmentBytes).Log;
                Assert.Equal(log.Frames.Take((int)reopened.Durable.Index), TestLog.ReadAll(reopened));
                reopened.Append(TestLog.Batch(reopened.Durable, 600), 0);
                using var again = TestLog.Open(files, SegmentBytes).Log;
                Assert.Equal(reopened.Durable, again.Durable);
            }
            catch (LogDamagedException)
            {
                Assert.InRange(length, 0, SegmentHeader.Size - 1);
                Assert.Equal(before, Contents(files));
            }
        }
    }

    private static void Flip(MemoryFileSystem files, string path, int offset, byte change)
    {
        using var file = files.Open(path, FileLabel.Layout);
        var one = new byte[1];
        file.Read(one, offset, FileLabel.Layout);
        one[0] ^= change;
        file.Write(one, offset, FileLabel.Layout);
    }

    private static List<(string, string)> Contents(MemoryFileSystem files) =>
        [.. files.Disk.Files.Select(path => (path, Convert.ToHexString(files.Disk.Content(path))))];
}

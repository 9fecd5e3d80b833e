using Replication.Core.IO;
using Replication.Core.Log;
using Replication.Core.Tests.Kit;

namespace Replication.Core.Tests.IO;

/// <summary>The operating system's files, and that the files in memory answer as they do.</summary>
public sealed class PhysicalFileSystemTests : IDisposable
{
    private const FileLabel Label = FileLabel.Layout;
    private readonly TemporaryDirectory _directory = new();

    public static TheoryData<bool> Both => [true, false];

    public void Dispose() => _directory.Dispose();

    [Theory]
    [MemberData(nameof(Both))]
    public void What_is_written_is_read_and_a_file_grows_with_it(bool physical)
    {
        var (files, root) = Files(physical);
        using var file = files.Create(Path.Combine(root, "a"), Label);

        file.Write("abc"u8, 5, Label);
        file.Sync(Label);

        var read = new byte[10];
        Assert.Equal((8, 8), (file.Length, file.Read(read, 0, Label)));
        Assert.Equal("0000000000616263", Convert.ToHexString(read.AsSpan(0, 8)));
        Assert.Equal((0, 0, 1), (file.Read(read, 8, Label), file.Read(read, 99, Label), file.Read(read, 7, Label)));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Names_that_are_taken_or_missing_are_errors(bool physical)
    {
        var (files, root) = Files(physical);
        var path = Path.Combine(root, "a");

        Assert.Throws<FileNotFoundException>(() => files.Open(path, Label));
        Assert.Throws<FileNotFoundException>(() => files.OpenRead(path, Label));
        Assert.Throws<DirectoryNotFoundException>(() => files.Create(Path.Combine(root, "none", "a"), Label));
        Assert.Throws<DirectoryNotFoundException>(() => files.List(Path.Combine(root, "none")));
        files.Create(path, Label).Dispose();
        Assert.Throws<IOException>(() => files.Create(path, Label));
        files.Delete(path, Label);
        files.Delete(path, Label);
        Assert.False(files.FileExists(path));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void Names_are_listed_in_ordinal_order_and_change_with_a_rename(bool physical)
    {
        var (files, root) = Files(physical);
        foreach (var name in new[] { "b", "a", "B", "1" }) files.Create(Path.Combine(root, name), Label).Dispose();
        files.CreateDirectory(Path.Combine(root, "d", "e"), Label);
        files.CreateDirectory(Path.Combine(root, "d"), Label);

        files.Rename(Path.Combine(root, "a"), Path.Combine(root, "b"), Label);
        files.Rename(Path.Combine(root, "d"), Path.Combine(root, "c"), Label);
        files.SyncDirectory(root, Label);

        Assert.Equal(["1", "B", "b", "c"], files.List(root));
        Assert.Equal(["e"], files.List(Path.Combine(root, "c")));
        Assert.True(files.DirectoryExists(Path.Combine(root, "c", "e")));
        Assert.False(files.FileExists(Path.Combine(root, "c")));
        files.DeleteDirectory(Path.Combine(root, "c"), Label);
        files.DeleteDirectory(Path.Combine(root, "c"), Label);
        Assert.False(files.DirectoryExists(Path.Combine(root, "c")));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A_file_that_is_open_is_read_on_under_another_name_or_none(bool physical)
    {
        var (files, root) = Files(physical);
        using var file = files.Create(Path.Combine(root, "a"), Label);
        file.Write("abc"u8, 0, Label);

        files.Rename(Path.Combine(root, "a"), Path.Combine(root, "b"), Label);
        files.Delete(Path.Combine(root, "b"), Label);

        Assert.Equal(3, file.Read(new byte[5], 0, Label));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public void A19_A_lock_is_held_by_one(bool physical)
    {
        var (files, root) = Files(physical);
        var path = Path.Combine(root, "lock");

        var held = files.TryLock(path);
        var second = files.TryLock(path);
        held!.Dispose();
        using var third = files.TryLock(path);

        Assert.Null(second);
        Assert.NotNull(third);
    }

    [Fact]
    public void A_log_works_on_the_operating_systems_files_with_segments_made_ahead()
    {
        var files = new PhysicalFileSystem();
        var log = SegmentedLog.Create(files, _directory.FullName, new BackgroundSegmentSupply(files, _directory.FullName, 4096), new SystemEntropy(), TestLog.History, LogTail.Start);
        for (var i = 0; i < 30; i++) log.Append(TestLog.Batch(log.Durable, 500, i), log.Durable.Index);
        var frames = TestLog.ReadAll(log);
        log.MarkIdle(60);
        Assert.InRange(files.List(_directory.FullName).Count(name => name.EndsWith(".log", StringComparison.Ordinal)), 4, 60);
        Assert.Single(OpenSegments());
        log.Dispose();
        Assert.Empty(OpenSegments());

        var recovered = LogRecovery.Open(
            files, _directory.FullName, _directory.Combine("lost"), new BackgroundSegmentSupply(files, _directory.FullName, 4096), new SystemEntropy());

        using var reopened = recovered.Log;
        Assert.Single(OpenSegments());
        Assert.Equal((60, 60), (frames.Count, reopened.Durable.Index));
        Assert.Equal(frames, TestLog.ReadAll(reopened));
        Assert.Null(recovered.TornTail);
        Assert.All(files.List(_directory.FullName), name => Assert.EndsWith(".log", name, StringComparison.Ordinal));
        Assert.InRange(reopened.PruneBefore(50), 1, 10);
        Assert.InRange(files.FreeBytes(_directory.FullName), 1, long.MaxValue);
    }

    [Fact]
    public void A_supply_that_could_not_prepare_says_so_when_a_segment_is_taken()
    {
        var files = new MemoryFileSystem();
        TestLog.MakeDirectories(files);
        files.Fault = new FileFault(1) { Label = FileLabel.SegmentPrepare, Action = FileAction.Sync };
        using var supply = new BackgroundSegmentSupply(files, TestLog.Directory, 4096);

        supply.Prepare();
        var failure = Assert.Throws<IOException>(() => supply.Take(4096));
        var path = supply.Take(4096);

        Assert.Contains("Cannot prepare a segment", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4096, files.Disk.Content(path).Length);
    }

    private List<string> OpenSegments() =>
        [.. Directory.EnumerateFiles("/proc/self/fd")
            .Select(handle => new FileInfo(handle).LinkTarget ?? string.Empty)
            .Where(path => path.StartsWith(_directory.FullName, StringComparison.Ordinal) && path.EndsWith(".log", StringComparison.Ordinal))];

    private (IFileSystem Files, string Root) Files(bool physical)
    {
        if (physical) return (new PhysicalFileSystem(), _directory.FullName);
        var files = new MemoryFileSystem();
        files.CreateDirectory("/root", Label);
        return (files, "/root");
    }
}

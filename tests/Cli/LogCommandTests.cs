using System.Text.Json;
using Replication.Cli.Tests.Fixture;

namespace Replication.Cli.Tests;

public sealed class LogCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_dump_shows_every_entry_from_the_data_directory_or_the_log_directory()
    {
        var log = LogOnDisk.Write(_folder.Root);

        var data = await Replctl.RunAsync("log", "dump", _folder.Root);
        var inside = await Replctl.RunAsync("log", "dump", log, "--json");

        Assert.Equal((ExitCode.Success, ""), (data.ExitCode, data.Error));
        Assert.Equal(data.Output, inside.Output);
        var lines = data.Lines;
        Assert.Equal(4, lines.Length);
        Assert.Equal("""{"position":"1/1","kind":"epochStart","time":"2025-06-15T15:06:40.123456Z",CRC,"reignId":"0000000000000007","nodeId":"00000000000000a1","nodeName":"a","requestsRemembered":0}""", WithoutCrc(lines[0]));
        Assert.Equal(
            """{"position":"1/2","kind":"transaction","time":"2025-06-15T15:06:40.123457Z",CRC,"requestId":"cjE=","operations":[{"action":"createCollection","collection":"docs","collectionKind":"json"},{"action":"put","collection":"docs","key":"ada","value":{"name":"Ada"}},{"action":"put","collection":"docs","key":"bob","value":{"name":"Bob"}}]}""",
            WithoutCrc(lines[1]));
        Assert.Equal(
            """{"position":"1/3","kind":"transaction","time":"2025-06-15T15:06:40.123458Z",CRC,"requestId":"cjE=","operations":[{"action":"createCollection","collection":"raw","collectionKind":"bytes"},{"action":"put","collection":"raw","key":"x","base64":"bm90IGpzb24="},{"action":"delete","collection":"docs","key":"bob"}]}""",
            WithoutCrc(lines[2]));
        Assert.Equal("""{"position":"1/4","kind":"stateDigest","time":"2025-06-15T15:06:40.123459Z",CRC,"digest":"00000000000000000000000000000000","records":2}""", WithoutCrc(lines[3]));
    }

    [Fact]
    public async Task A_dump_goes_over_the_boundaries_of_segments_and_may_begin_and_end_anywhere()
    {
        var entries = LogOnDisk.WriteSegments(_folder.Root);

        var all = await Replctl.RunAsync("log", "dump", _folder.Root);
        var some = await Replctl.RunAsync("log", "dump", _folder.Root, "--from", "4", "--to", "6");

        Assert.True(Directory.GetFiles(_folder.Root, "*.log").Length > 2);
        Assert.Equal(Enumerable.Range(1, entries).Select(i => $"1/{i}"), all.Lines.Select(Position));
        Assert.Equal(["1/4", "1/5", "1/6"], some.Lines.Select(Position));
    }

    [Fact]
    public async Task A_healthy_log_is_verified_with_its_segments_and_history()
    {
        LogOnDisk.Write(_folder.Root);

        var text = await Replctl.RunAsync("log", "verify", _folder.Root);
        var json = await Replctl.RunAsync("log", "verify", _folder.Root, "--json");

        Assert.Equal((ExitCode.Success, ""), (text.ExitCode, text.Error));
        Assert.Equal(
            ["SEGMENT\tFIRST\tLAST\tBYTES", "00000000000000000001.log\t1\t4\t1048576", "History 00000000000000000000000000000044.",
             "Entries 1 to 1/4: every one is whole and follows the one before it."],
            text.Lines);
        Assert.Equal("directory intact history firstIndex last tornTail damage segments", string.Join(' ', json.Json.EnumerateObject().Select(field => field.Name)));
        Assert.Equal("1/4", json.Json.GetProperty("last").GetString());
        Assert.Equal(4, json.Json.GetProperty("segments")[0].GetProperty("lastIndex").GetInt32());
    }

    [Fact]
    public async Task Damage_is_a_negative_answer_and_what_stands_before_it_is_still_shown()
    {
        LogOnDisk.Damage(LogOnDisk.Write(_folder.Root));

        var verify = await Replctl.RunAsync("log", "verify", _folder.Root, "--json");
        var dump = await Replctl.RunAsync("log", "dump", _folder.Root);

        Assert.Equal(ExitCode.Negative, verify.ExitCode);
        Assert.False(verify.Json.GetProperty("intact").GetBoolean());
        Assert.Contains("entry 2: the checksum is wrong", verify.Json.GetProperty("damage").GetString(), StringComparison.Ordinal);
        Assert.Contains("entry 2: the checksum is wrong", verify.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Negative, dump.ExitCode);
        Assert.Equal(["1/1"], dump.Lines.Select(Position));
    }

    [Fact]
    public async Task A_torn_tail_is_named_and_left_where_it_is()
    {
        var log = LogOnDisk.Write(_folder.Root);
        LogOnDisk.Tear(log);
        var before = await File.ReadAllBytesAsync(Directory.GetFiles(log)[0]);

        var verify = await Replctl.RunAsync("log", "verify", _folder.Root);
        var dump = await Replctl.RunAsync("log", "dump", _folder.Root);

        Assert.Equal(ExitCode.Success, verify.ExitCode);
        Assert.Contains("a write that is not complete", verify.Output, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Success, 4), (dump.ExitCode, dump.Lines.Length));
        Assert.Contains("Behind entry 4", dump.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(log))));
    }

    [Fact]
    public async Task A_directory_without_a_log_is_a_negative_answer()
    {
        var verify = await Replctl.RunAsync("log", "verify", _folder.Root);

        Assert.Equal(ExitCode.Negative, verify.ExitCode);
        Assert.Contains("There is no log in", verify.Error, StringComparison.Ordinal);
    }

    private static string Position(string line) => JsonDocument.Parse(line).RootElement.GetProperty("position").GetString()!;

    private static string WithoutCrc(string line)
    {
        var crc = JsonDocument.Parse(line).RootElement.GetProperty("crc").GetString()!;
        Assert.Equal(8, crc.Length);
        return line.Replace($"\"crc\":\"{crc}\"", "CRC", StringComparison.Ordinal);
    }
}

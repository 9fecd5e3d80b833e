using Replication.Cli.Tests.Fixture;
using Replication.Client.Tests.Fake;

namespace Replication.Cli.Tests;

public sealed class RecordCommandTests
{
    [Fact]
    public async Task What_was_put_is_got()
    {
        await using var node = await FakeNode.StartAsync();
        var server = node.Address.ToString();

        var put = await Replctl.RunAsync("put", "docs", "ada", "{\"name\":\"Ada\"}", "--server", server);
        var get = await Replctl.RunAsync("get", "docs", "ada", "--server", server);
        var raw = await Replctl.RunAsync("get", "docs", "ada", "--raw", "--server", server);

        Assert.Equal((ExitCode.Success, "1/2\n", ""), (put.ExitCode, put.Output, put.Error));
        Assert.Equal((ExitCode.Success, "{\"name\":\"Ada\"}\n", ""), (get.ExitCode, get.Output, get.Error));
        Assert.Equal("{\"name\":\"Ada\"}", raw.Output);
    }

    [Fact]
    public async Task A_value_comes_from_the_input_byte_for_byte()
    {
        await using var node = await FakeNode.StartAsync();
        var server = node.Address.ToString();
        byte[] value = [0, 1, 2, 0xFF, (byte)'\n'];
        await Replctl.RunAsync("collection", "create", "raw", "--bytes", "--server", server);

        var put = await Replctl.RunAsync(value, static terminal => terminal, "put", "raw", "x", "-", "--server", server);
        var get = await Replctl.RunAsync("get", "raw", "x", "--raw", "--server", server);

        Assert.Equal(ExitCode.Success, put.ExitCode);
        Assert.Equal(value, get.Bytes);
    }

    [Theory]
    [InlineData("-5")]
    [InlineData("@file")]
    [InlineData("[1]")]
    [InlineData("\"--json is text\"")]
    public async Task A_value_may_look_like_anything(string value)
    {
        await using var node = await FakeNode.StartAsync();
        var server = node.Address.ToString();
        await Replctl.RunAsync("collection", "create", "raw", "--bytes", "--server", server);

        var put = await Replctl.RunAsync("put", "raw", "x", value, "--server", server);
        var get = await Replctl.RunAsync("get", "raw", "x", "--raw", "--server", server);

        Assert.Equal((ExitCode.Success, ""), (put.ExitCode, put.Error));
        Assert.Equal(value, get.Output);
    }

    [Fact]
    public async Task A_record_or_collection_that_is_not_there_is_a_negative_answer()
    {
        await using var node = await FakeNode.StartAsync();
        var server = node.Address.ToString();
        await Replctl.RunAsync("put", "docs", "ada", "1", "--server", server);

        var record = await Replctl.RunAsync("get", "docs", "bob", "--server", server);
        var json = await Replctl.RunAsync("get", "docs", "bob", "--json", "--server", server);
        var collection = await Replctl.RunAsync("get", "nowhere", "bob", "--server", server);
        var delete = await Replctl.RunAsync("delete", "docs", "bob", "--server", server);
        var tolerant = await Replctl.RunAsync("delete", "docs", "bob", "--missing-ok", "--server", server);

        Assert.Equal((ExitCode.Negative, "", "replctl: There is no record 'bob' in collection 'docs'.\n"), (record.ExitCode, record.Output, record.Error));
        Assert.Equal((ExitCode.Negative, false), (json.ExitCode, json.Json.GetProperty("found").GetBoolean()));
        Assert.Equal(ExitCode.Negative, collection.ExitCode);
        Assert.Contains("no collection 'nowhere'", collection.Error, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Negative, record.Error), (delete.ExitCode, delete.Error));
        Assert.Equal(ExitCode.Success, tolerant.ExitCode);
    }

    [Fact]
    public async Task A_deleted_record_is_gone()
    {
        await using var node = await FakeNode.StartAsync();
        var server = node.Address.ToString();
        await Replctl.RunAsync("put", "docs", "ada", "1", "--server", server);

        var delete = await Replctl.RunAsync("delete", "docs", "ada", "--json", "--server", server);

        Assert.Equal((ExitCode.Success, "1/3"), (delete.ExitCode, delete.Json.GetProperty("position").GetString()));
        Assert.Equal(ExitCode.Negative, (await Replctl.RunAsync("get", "docs", "ada", "--server", server)).ExitCode);
    }

    [Fact]
    public async Task A_condition_that_does_not_hold_is_a_negative_answer()
    {
        await using var node = await FakeNode.StartAsync();
        var server = node.Address.ToString();
        await Replctl.RunAsync("put", "docs", "ada", "1", "--server", server);
        await Replctl.RunAsync("put", "docs", "ada", "2", "--if-unchanged-since", "1/2", "--server", server);

        var text = await Replctl.RunAsync("put", "docs", "ada", "3", "--if-absent", "--server", server);
        var json = await Replctl.RunAsync("put", "docs", "ada", "3", "--if-unchanged-since", "1/2", "--json", "--server", server);
        var both = await Replctl.RunAsync("put", "docs", "ada", "3", "--if-absent", "--if-present", "--server", server);

        Assert.Equal((ExitCode.Negative, "", "replctl: The condition does not hold.\n"), (text.ExitCode, text.Output, text.Error));
        Assert.Equal((ExitCode.Negative, "PreconditionFailed"), (json.ExitCode, json.Json.GetProperty("reason").GetString()));
        Assert.Equal(ExitCode.Usage, both.ExitCode);
    }

    [Fact]
    public async Task A_scan_prints_key_tab_value()
    {
        await using var node = await FakeNode.StartAsync();
        var server = node.Address.ToString();
        foreach (var key in new[] { "a1", "a2", "b1", "b2" }) await Replctl.RunAsync("put", "docs", key, $"\"{key}\"", "--server", server);

        var all = await Replctl.RunAsync("scan", "docs", "--server", server);
        var prefix = await Replctl.RunAsync("scan", "docs", "--prefix", "a", "--json", "--server", server);
        var range = await Replctl.RunAsync("scan", "docs", "--from", "a2", "--to", "b2", "--limit", "1", "--server", server);

        Assert.Equal("a1\t\"a1\"\na2\t\"a2\"\nb1\t\"b1\"\nb2\t\"b2\"\n", all.Output);
        Assert.Equal(["{\"key\":\"a1\",\"value\":\"a1\",\"written\":\"1/2\"}", "{\"key\":\"a2\",\"value\":\"a2\",\"written\":\"1/3\"}"], prefix.Lines);
        Assert.Equal(["a2\t\"a2\""], range.Lines);
    }

    [Fact]
    public async Task Collections_are_listed_with_their_kind()
    {
        await using var node = await FakeNode.StartAsync();
        var server = node.Address.ToString();
        await Replctl.RunAsync("collection", "create", "raw", "--bytes", "--server", server);
        await Replctl.RunAsync("put", "docs", "a", "1", "--server", server);

        var text = await Replctl.RunAsync("collection", "list", "--server", server);
        var json = await Replctl.RunAsync("collection", "list", "--json", "--server", server);
        var again = await Replctl.RunAsync("collection", "create", "raw", "--server", server);
        var drop = await Replctl.RunAsync("collection", "drop", "raw", "--json", "--server", server);

        Assert.Equal(["COLLECTION\tKIND\tRECORDS", "docs\tjson\t1", "raw\tbytes\t0"], text.Lines);
        Assert.Equal("{\"collections\":[{\"name\":\"docs\",\"kind\":\"json\",\"records\":1},{\"name\":\"raw\",\"kind\":\"bytes\",\"records\":0}]}\n", json.Output);
        Assert.Equal(ExitCode.Negative, again.ExitCode);
        Assert.Equal("{\"collection\":\"raw\",\"position\":\"1/4\"}\n", drop.Output);
    }

    [Fact]
    public async Task The_JSON_of_a_record_has_the_documented_shape()
    {
        await using var node = await FakeNode.StartAsync();
        var server = node.Address.ToString();

        var put = await Replctl.RunAsync("put", "docs", "ada", "{\n \"n\": [1, \"a b\\\"\"] }", "--json", "--server", server);
        var get = await Replctl.RunAsync("get", "docs", "ada", "--json", "--server", server);

        Assert.Equal("{\"collection\":\"docs\",\"key\":\"ada\",\"committed\":true,\"position\":\"1/2\"}\n", put.Output);
        Assert.Equal("{\"collection\":\"docs\",\"key\":\"ada\",\"found\":true,\"value\":{\"n\":[1,\"a b\\\"\"]},\"written\":\"1/2\",\"position\":\"1/2\",\"ageMillis\":250}\n", get.Output);
    }
}

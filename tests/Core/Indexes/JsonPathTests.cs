using System.Text;
using Replication.Core.Indexes;
using Replication.Core.Records;

namespace Replication.Core.Tests.Indexes;

public sealed class JsonPathTests
{
    [Theory]
    [InlineData("a", "a")]
    [InlineData("address.city", "address|city")]
    [InlineData("a\\.b.c", "a.b|c")]
    [InlineData("a\\\\.c", "a\\|c")]
    [InlineData("größe.日本", "größe|日本")]
    [InlineData(" a .\"b\"", " a |\"b\"")]
    public void A_path_is_names_with_dots_between_them(string text, string names)
    {
        Assert.Null(JsonPath.TryParse(text, out var path));

        Assert.Equal(names, string.Join('|', path!.Names.Select(Encoding.UTF8.GetString)));
        Assert.Equal(text, path.ToString());
    }

    [Theory]
    [InlineData("", "it is empty")]
    [InlineData(".", "name 1 in it is empty")]
    [InlineData("a.", "name 2 in it is empty")]
    [InlineData("a..b", "name 2 in it is empty")]
    [InlineData("a\\", "a backslash in it stands before neither a dot nor a backslash")]
    [InlineData("a\\n", "a backslash in it stands before neither a dot nor a backslash")]
    [InlineData("a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a", "it has more than 16 names")]
    public void What_is_no_path_is_named(string text, string violation)
    {
        Assert.Equal(violation, JsonPath.TryParse(text, out var path));
        Assert.Null(path);
    }

    [Fact]
    public void A_path_has_a_longest_length()
    {
        Assert.Null(JsonPath.TryParse(new string('a', JsonPath.MaxBytes), out _));
        Assert.Equal("it has more than 256 bytes", JsonPath.TryParse(new string('a', JsonPath.MaxBytes + 1), out _));
    }

    [Theory]
    [InlineData("Upper", "a")]
    [InlineData("", "a")]
    [InlineData("ok", "a..b")]
    public void A_definition_has_a_name_and_a_path(string name, string path) => Assert.NotNull(IndexDefinition.TryCreate(name, path, isUnique: false, out _));

    [Fact]
    public void What_an_index_adds_to_the_digest_is_of_the_documented_bytes()
    {
        IndexDefinition.TryCreate("n", "a.b", isUnique: true, out var definition);
        var state = new IndexState(definition!, IndexPhase.Ready, ReadOnlyMemory<byte>.Empty, string.Empty);
        var documented = new SipHash128(BitConverter.ToUInt64("replicat"u8), BitConverter.ToUInt64("ion-sum1"u8));

        documented.Append(Convert.FromHexString("0501" + "63" + "0A0A" + "0A016E" + "1203612E62" + "1801" + "1001"));

        Assert.Equal(new StateDigest(documented.Finish()), StateDigest.Empty.WithIndex("c"u8, state));
        Assert.NotEqual(StateDigest.Empty.WithIndex("c"u8, state), StateDigest.Empty.WithIndex("c"u8, state with { Phase = IndexPhase.Building }));
    }

    [Fact]
    public void Definitions_states_and_steps_are_read_back_and_agree_with_the_generated_code()
    {
        IndexDefinition.TryCreate("by-city", "address.city", isUnique: true, out var definition);
        var state = new IndexState(definition!, IndexPhase.Building, "k7"u8.ToArray(), string.Empty);
        var step = new IndexStep("by-city", IsLast: true, "no room");

        var (readState, theirs) = (IndexState.Read(state.ToArray()), Protos.V1.SnapshotIndex.Parser.ParseFrom(state.ToArray()));
        var (readStep, theirStep) = (IndexStep.Read(step.ToArray()), Protos.V1.IndexStepEntry.Parser.ParseFrom(step.ToArray()));

        Assert.Equal(state.ToArray(), readState.ToArray());
        Assert.Equal(("by-city", "address.city", true, "k7"), (theirs.Definition.Name, theirs.Definition.Path, theirs.Definition.Unique, theirs.BuiltUpTo.ToStringUtf8()));
        Assert.Equal(step, readStep);
        Assert.Equal(("by-city", true, "no room"), (theirStep.Name, theirStep.IsLast, theirStep.Failure));
        Kit.Properties.ReadsOrRefuses(state.ToArray(), bytes => IndexState.Read(bytes));
        Kit.Properties.ReadsOrRefuses(step.ToArray(), bytes => IndexStep.Read(bytes));
    }
}

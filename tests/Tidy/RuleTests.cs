using Replication.Tidy.Tests.Rules;
using Replication.Tidy.Tests.Source;
using Xunit.Abstractions;

namespace Replication.Tidy.Tests;

/// <summary>The rules of the house, held for every file, and each rule held to its own sample of wrong lines.</summary>
public sealed class RuleTests(ITestOutputHelper output)
{
    private static readonly IReadOnlyList<Rule> All = [.. AmbientAccess.Rules, .. Waiting.Rules, .. Form.Rules, .. LogMessages.Rules, .. Documents.Rules];

    public static TheoryData<string> Names => [.. All.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_file_keeps_to_the_rule(string name)
    {
        var rule = All.Single(rule => rule.Name == name);

        var violations = rule.Check(Repository.Files).Distinct().ToList();

        Assert.True(violations.Count == 0, $"{name}: {rule.Instead}\n{string.Join('\n', violations)}");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_rule_finds_the_marked_lines_of_its_sample_and_no_other(string name)
    {
        var sample = Sample.Load(name);

        var found = All.Single(rule => rule.Name == name).Check(sample.Files).ToList();
        foreach (var violation in found) output.WriteLine(violation.ToString());

        Assert.NotEmpty(sample.Wrong);
        Assert.Equal(sample.Wrong.Order(), found.Select(violation => (violation.Path, violation.Line)).Distinct().Order());
    }

    [Fact]
    public void Every_sample_belongs_to_a_rule() => Assert.Equal(All.Select(rule => rule.Name).Order(StringComparer.Ordinal), Sample.Names.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_permitted_wait_is_still_in_the_code() => Assert.Empty(Waiting.StalePermissions(Repository.Files));

    [Fact]
    public void A_permitted_wait_that_is_gone_is_named() =>
        Assert.Equal(Waiting.Permitted.Count, Waiting.StalePermissions([new SourceFile(Waiting.Permitted[0].Path, "class Empty { }")]).Count());
}

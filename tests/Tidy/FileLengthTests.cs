using Replication.Tidy.Tests.Source;
using Xunit.Abstractions;

namespace Replication.Tidy.Tests;

/// <summary>A file is about one thing, so it is short.</summary>
public sealed class FileLengthTests(ITestOutputHelper output)
{
    private const int Limit = 400;
    private const int WorthALook = 250;

    [Fact]
    public void No_file_is_longer_than_the_limit()
    {
        foreach (var file in LongerThan(WorthALook, Repository.Files)) output.WriteLine($"worth a look: {file}");

        Assert.Empty(LongerThan(Limit, Repository.Files));
    }

    [Theory]
    [InlineData(Limit, 0)]
    [InlineData(Limit + 1, 1)]
    public void The_limit_counts_lines(int lines, int found) =>
        Assert.Equal(found, LongerThan(Limit, [new SourceFile("tests/Long.cs", string.Concat(Enumerable.Repeat("// line\n", lines)))]).Count());

    private static IEnumerable<Violation> LongerThan(int limit, IReadOnlyList<SourceFile> files) => files
        .Where(file => file.IsProduct || file.IsTest)
        .Select(file => new Violation(file.Path, Count(file), "lines"))
        .Where(file => file.Line > limit);

    private static int Count(SourceFile file) => file.Lines.Count - (file.Lines[^1].Length == 0 ? 1 : 0);
}

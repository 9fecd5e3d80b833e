using System.Text.RegularExpressions;
using Replication.Tidy.Tests.Source;

namespace Replication.Tidy.Tests.Rules;

/// <summary>What documents point at is there.</summary>
internal static partial class Documents
{
    public static IReadOnlyList<Rule> Rules { get; } =
    [
        Rule.PerFile("links-lead-somewhere", "Mend the link.", IsDocument, file => Broken(file, Link(), target => Beside(file, target))),
        Rule.PerFile("named-files-exist", "Name the file as it is called now.", static file => IsDocument(file) || file.IsCode, file => Broken(file, NamedPath(), static target => target)),
    ];

    private static bool IsDocument(SourceFile file) => file.Path.EndsWith(".md", StringComparison.Ordinal);

    private static IEnumerable<Violation> Broken(SourceFile file, Regex pattern, Func<string, string> pathOf)
    {
        for (var i = 0; i < file.Lines.Count; i++)
            foreach (Match match in pattern.Matches(file.Lines[i]))
                if (Speaks(file, file.Lines[i][..match.Index]) && match.Groups["path"].Value.TrimEnd('.', '/', ':') is { Length: > 0 } target && !Repository.Exists(pathOf(target)))
                    yield return new Violation(file.Path, i + 1, $"{target} is not there");
    }

    // In code only comments speak about files.
    private static bool Speaks(SourceFile file, string before) => !file.IsCode || before.Contains("//", StringComparison.Ordinal);

    private static string Beside(SourceFile file, string target) => target.StartsWith('/') ? target[1..] : Path.Combine(Path.GetDirectoryName(file.Path)!, target);

    [GeneratedRegex(@"\]\((?![a-z]+:|#)(?<path>[^)#\s]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    // With a pattern or a placeholder in it, the part before counts.
    [GeneratedRegex(@"(?<![\w./-])(?<path>(src|tests|docs|deploy|bench|samples)/[\w./-]*\w)(?![\w{<*])", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex NamedPath();
}

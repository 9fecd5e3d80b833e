using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Replication.Tidy.Tests.Source;

namespace Replication.Tidy.Tests.Rules;

/// <summary>
/// The engine decides from what it is given. Its IO folder apart it has no clock, no thread, no randomness and no files
/// of its own, so that a whole cluster runs in one test thread.
/// </summary>
internal static class AmbientAccess
{
    private static readonly HashSet<string> EveryMember = [];

    public static IReadOnlyList<Rule> Rules { get; } =
    [
        Pure("no-ambient-clock", "Take TimeProvider, or a time with the event.", new()
        {
            ["DateTime"] = ["Now", "UtcNow", "Today"],
            ["DateTimeOffset"] = ["Now", "UtcNow"],
            ["TimeProvider"] = ["System"],
            ["Stopwatch"] = EveryMember,
        }),
        Pure("no-own-threads", "Threads and tasks belong to src/Core/IO and to the shells around the engine.", new()
        {
            ["Task"] = ["Run", "Factory", "Delay"],
            ["Thread"] = EveryMember,
            ["ThreadPool"] = EveryMember,
            ["Parallel"] = EveryMember,
            ["Timer"] = EveryMember,
            ["PeriodicTimer"] = EveryMember,
        }),
        Pure("no-ambient-randomness", "Take IEntropy.", new()
        {
            ["Random"] = EveryMember,
            ["RandomNumberGenerator"] = EveryMember,
            ["Guid"] = ["NewGuid", "CreateVersion7"],
        }),
        Pure("no-ambient-environment", "Take a setting.", new()
        {
            ["Environment"] = StaticsOf(typeof(Environment)),
            ["Console"] = EveryMember,
            ["Process"] = EveryMember,
            ["AppContext"] = StaticsOf(typeof(AppContext)),
        }),
        Pure("no-static-files", "Take IFileSystem.", new()
        {
            ["File"] = StaticsOf(typeof(File)),
            ["Directory"] = StaticsOf(typeof(Directory)),
            ["FileStream"] = EveryMember,
            ["FileInfo"] = EveryMember,
            ["DirectoryInfo"] = EveryMember,
            ["RandomAccess"] = EveryMember,
        }),
    ];

    private static Rule Pure(string name, string instead, Dictionary<string, HashSet<string>> forbidden) =>
        Rule.PerFile(name, instead, static file => file.IsPure, file => Find(file, forbidden));

    // A property may have the name of a forbidden type (a database's Environment, a segment's File): only the members
    // that the type itself has count.
    private static IEnumerable<Violation> Find(SourceFile file, Dictionary<string, HashSet<string>> forbidden)
    {
        foreach (var name in file.Nodes<IdentifierNameSyntax>())
        {
            if (!forbidden.TryGetValue(name.Identifier.Text, out var members) || !NamesAType(name)) continue;
            var whole = name.Parent is MemberAccessExpressionSyntax qualified && qualified.Name == name ? (ExpressionSyntax)qualified : name;
            var member = (whole.Parent as MemberAccessExpressionSyntax)?.Name.Identifier.Text;
            if (members.Count == 0) yield return file.At(name, whole.Parent?.ToString() ?? name.ToString());
            else if (member is not null && members.Contains(member)) yield return file.At(name, $"{name}.{member}");
        }
    }

    private static bool NamesAType(IdentifierNameSyntax name) => name.Parent switch
    {
        MemberAccessExpressionSyntax access when access.Name == name => access.Expression.ToString().StartsWith("System", StringComparison.Ordinal),
        NameColonSyntax or NameEqualsSyntax => false,
        AssignmentExpressionSyntax assignment => assignment.Left != name,
        _ => true,
    };

    private static HashSet<string> StaticsOf(Type type) =>
        [.. type.GetMembers(BindingFlags.Public | BindingFlags.Static).Select(member => member.Name).Where(name => !name.Contains('_', StringComparison.Ordinal))];
}

using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Replication.Tidy.Tests.Source;

namespace Replication.Tidy.Tests.Rules;

/// <summary>How code looks: names, errors, leftovers, limits.</summary>
internal static partial class Form
{
    /// <summary>Numbers from here on are limits and have names.</summary>
    private const int NamedFrom = 1000;

    public static IReadOnlyList<Rule> Rules { get; } =
    [
        Rule.PerFile("names-of-the-field", "Name what it is or does; README and docs list the words.", static file => file.IsCode && !file.IsStandIn, WeakNames),
        Rule.PerFile("typed-errors", "Throw an exception that names what to do next.", static file => file.IsCode, UntypedThrows),
        Rule.PerFile("no-empty-catch", "Handle it, or catch one named exception and say in the block why nothing is to be done.", static file => file.IsCode, EmptyCatches),
        Rule.PerFile("nothing-left-for-later", "Do it, or write it down where the project keeps its open points.", static file => !file.IsStandIn, Leftovers),
        Rule.PerFile("no-skipped-test", "Make it pass or remove it.", static file => file.IsTest, SkippedTests),
        Rule.PerFile("no-path-of-one-machine", "Take the path as an argument, or make a temporary directory.", static _ => true, MachinePaths),
        Rule.PerFile("namespace-is-folder", "Put the file where its namespace says.", static file => (file.IsProduct || file.IsTest) && !file.IsUnder("src/Protos/"), Namespaces),
        Rule.PerFile("limits-have-names", "Give the number a const or static readonly field, or a property of options.", static file => file.IsProduct, UnnamedLimits),
        new Rule("sealed-by-default", "Seal it, or derive from it.", OpenClasses),
    ];

    private static IEnumerable<Violation> WeakNames(SourceFile file) => file.Nodes<BaseTypeDeclarationSyntax>()
        .Where(type => WeakName().IsMatch(type.Identifier.Text))
        .Select(type => file.At(type.Identifier.GetLocation(), type.Identifier.Text));

    private static IEnumerable<Violation> UntypedThrows(SourceFile file) => file.Nodes<ObjectCreationExpressionSyntax>()
        .Where(made => made.Parent is ThrowStatementSyntax or ThrowExpressionSyntax && made.Type.ToString() is "Exception" or "System.Exception")
        .Select(made => file.At(made, made.ToString()));

    // A comment counts as an answer only where one kind of failure is named: "the role ends", say, at a cancellation.
    private static IEnumerable<Violation> EmptyCatches(SourceFile file) => file.Nodes<CatchClauseSyntax>()
        .Where(clause => clause.Block.Statements.Count == 0)
        .Where(clause => clause.Declaration?.Type.ToString() is null or "Exception" or "System.Exception" || !HasComment(clause.Block))
        .Select(clause => file.At(clause, "empty catch"));

    private static bool HasComment(BlockSyntax block) => block.OpenBraceToken.TrailingTrivia.Concat(block.CloseBraceToken.LeadingTrivia)
        .Any(trivia => trivia.IsKind(SyntaxKind.SingleLineCommentTrivia) || trivia.IsKind(SyntaxKind.MultiLineCommentTrivia));

    private static IEnumerable<Violation> Leftovers(SourceFile file) => Matches(file, Leftover());

    private static IEnumerable<Violation> MachinePaths(SourceFile file) => Matches(file, MachinePath()).Concat(Matches(file, ThisRepository));

    private static IEnumerable<Violation> SkippedTests(SourceFile file)
    {
        foreach (var argument in file.Nodes<AttributeArgumentSyntax>())
            if (argument.NameEquals?.Name.Identifier.Text is "Skip" or "SkipWhen" or "SkipUnless")
                yield return file.At(argument, argument.ToString());
        foreach (var call in file.Nodes<InvocationExpressionSyntax>())
            if (call.ToString().StartsWith("Assert.True(true", StringComparison.Ordinal))
                yield return file.At(call, call.ToString());
    }

    private static IEnumerable<Violation> Namespaces(SourceFile file)
    {
        var declared = file.Nodes<BaseNamespaceDeclarationSyntax>().FirstOrDefault();
        var expected = ProjectNamespace.Of(file.Path);
        // The runtime looks for this class outside of all namespaces.
        if (declared is null && Path.GetFileName(file.Path) == "StartupHook.cs") yield break;
        if (declared is null ? file.Nodes<BaseTypeDeclarationSyntax>().Any() && !file.Nodes<GlobalStatementSyntax>().Any() : declared.Name.ToString() != expected)
            yield return file.At(declared ?? file.Syntax, $"its folder says {expected}");
    }

    private static IEnumerable<Violation> UnnamedLimits(SourceFile file)
    {
        foreach (var literal in file.Nodes<LiteralExpressionSyntax>())
        {
            if (!literal.IsKind(SyntaxKind.NumericLiteralExpression) || literal.Token.Text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
                || literal.Token.Text.StartsWith("0b", StringComparison.OrdinalIgnoreCase) || IsNamed(literal)) continue;
            var duration = literal.Parent?.Parent?.Parent as InvocationExpressionSyntax;
            if (duration?.Expression is MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax { Identifier.Text: "TimeSpan" } })
                yield return file.At(duration, duration.ToString());
            else if (literal.Token.Value is >= NamedFrom or >= (long)NamedFrom)
                yield return file.At(literal, literal.Token.Text);
        }
    }

    // Named by a field, a constant, a property or a parameter; or bounds, checked in a call beside the name of what they bound.
    private static bool IsNamed(SyntaxNode literal)
    {
        foreach (var node in literal.Ancestors())
        {
            switch (node)
            {
                case InvocationExpressionSyntax call when Bound().IsMatch(call.Expression.ToString()): return true;
                case LocalDeclarationStatementSyntax local: return local.IsConst;
                case AssignmentExpressionSyntax assignment when assignment.Parent is InitializerExpressionSyntax or ExpressionStatementSyntax && assignment.Left is not ElementAccessExpressionSyntax && !IsLocal(assignment): return true;
                case FieldDeclarationSyntax or ParameterSyntax or EnumMemberDeclarationSyntax or AttributeSyntax or EqualsValueClauseSyntax { Parent: PropertyDeclarationSyntax }: return true;
                case PropertyDeclarationSyntax { ExpressionBody: not null }: return true;
                case BlockSyntax or MemberDeclarationSyntax: return false;
            }
        }
        return false;
    }

    private static bool IsLocal(AssignmentExpressionSyntax assignment) => assignment.Left.ToString() is var left && (char.IsLower(left[0]) || left[0] == '_') && !left.Contains('.', StringComparison.Ordinal);

    private static IEnumerable<Violation> OpenClasses(IReadOnlyList<SourceFile> files)
    {
        var bases = files.Where(file => file.IsCode).SelectMany(file => file.Nodes<BaseTypeSyntax>()).Select(type => NameOf(type.Type)).ToHashSet(StringComparer.Ordinal);
        var parts = files.Where(file => file.IsProduct)
            .SelectMany(file => file.Nodes<TypeDeclarationSyntax>().Where(type => type.IsKind(SyntaxKind.ClassDeclaration) || type.IsKind(SyntaxKind.RecordDeclaration)).Select(type => (file, type)));
        return parts.GroupBy(part => $"{ProjectNamespace.Of(part.file.Path)}.{part.type.Identifier.Text}`{part.type.TypeParameterList?.Parameters.Count ?? 0}", StringComparer.Ordinal)
            .Where(type => !type.Any(part => part.type.Modifiers.Any(modifier => modifier.Kind() is SyntaxKind.SealedKeyword or SyntaxKind.AbstractKeyword or SyntaxKind.StaticKeyword)))
            .Where(type => !bases.Contains(type.First().type.Identifier.Text))
            .Select(type => type.First().file.At(type.First().type.Identifier.GetLocation(), $"{type.First().type.Identifier.Text} is neither sealed nor a base"));
    }

    private static string NameOf(TypeSyntax type) => type switch
    {
        QualifiedNameSyntax qualified => qualified.Right.Identifier.Text,
        SimpleNameSyntax simple => simple.Identifier.Text,
        _ => type.ToString(),
    };

    private static IEnumerable<Violation> Matches(SourceFile file, Regex pattern) => file.Lines
        .Select((line, number) => (Match: pattern.Match(line), Number: number + 1))
        .Where(found => found.Match.Success)
        .Select(found => new Violation(file.Path, found.Number, found.Match.Value));

    private static readonly Regex ThisRepository = new(Regex.Escape(Repository.Root + "/"), RegexOptions.None, TimeSpan.FromSeconds(1));

    // Written so that they do not find themselves.
    [GeneratedRegex("(Manager|Helpers?|Utils?|Utility|Utilities|Impl)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex WeakName();

    [GeneratedRegex(@"\b(TO[D]O|FIX[M]E|HA[C]K|NotImplemented[E]xception)\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Leftover();

    [GeneratedRegex(@"(?<![\w./~$}])/(root/|home/[a-z]|tmp/[a-z]|Users/\w)|\b[A-Z]:\\+Users", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"(^|\.)(Check|ThrowIf\w+|Clamp)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Bound();
}
